/** The README's example names the incident id that its payload always gets; this keeps the two in step. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { identify } from '../../src/shared/incident/identify.ts'
import { grafana } from '../../src/shared/sources/grafana.ts'
import { fixtureBody } from '../support/fixture.ts'

it('names the id that the example payload gets', () => {
  const [reading] = grafana.read(fixtureBody('webhooks/grafana/firing.single.json'), '2026-05-17T12:00:00.000Z')
  if (reading?.reading !== 'alert') throw new Error('the example payload is not an alert')
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const named = [...new Set(readme.match(/HM-2026-05-17-[0-9a-f]{12}/g))]
  expect(named).toEqual([identify(reading.alert, 'HM', '2026-05-17T12:00:00.000Z')])
})
