/** What the bench feeds: the real Grafana payload, one pod and start an incident, so that every incident is its own. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { projectFile } from '../src/shared/project-file.ts'

const Payload = z.looseObject({
  groupKey: z.string(),
  alerts: z.tuple([z.looseObject({ labels: z.record(z.string(), z.string()), fingerprint: z.string() })]),
})

const file = projectFile('fixtures/webhooks/grafana/firing.single.raw.json')
const payload = Payload.parse(JSON.parse(readFileSync(file, 'utf8')))

/** A delivery about incident number `n` of a run; ids and group keys never repeat within it. `labels` go over its own. */
export const grafanaDelivery = (n: number, labels: Record<string, string> = {}): Buffer => {
  const [alert] = payload.alerts
  const pod = `appointments-api-7c4d6f8b9-${n.toString(36).padStart(6, '0')}`
  return Buffer.from(
    JSON.stringify({
      ...payload,
      groupKey: `${payload.groupKey}/${n}`,
      alerts: [
        { ...alert, labels: { ...alert.labels, pod, ...labels }, fingerprint: n.toString(16).padStart(16, '0') },
      ],
    }),
  )
}
