/** `npm run dashboards`: writes `grafana/dashboards/*.json` anew. The files are committed; a test makes them again and compares. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardFiles } from './dashboards.ts'

for (const [name, text] of dashboardFiles()) {
  writeFileSync(join(import.meta.dirname, 'dashboards', name), text)
  console.log(`grafana/dashboards/${name}`)
}
