/** What lies beside each other in an incident's hash agrees. */
import { expect, it } from 'vitest'
import { grafana, page } from '../incident/sightings.fixture.ts'
import { fieldsOf, toFields, toIncident } from './incident-fields.ts'

const patch = { incident_id: 'HM-2026-05-17-01', incident_class: 'high_memory_usage', status: 'normalize' as const }
const at = '2026-05-17T11:42:30.000Z'

it('keeps what the sightings come to with them, and a stage reads that alone', () => {
  const sightings = [grafana(), { ...page(), service: 'billing' }]
  const fields = toFields({ ...patch, accepted_at: at, sightings, head: '0'.repeat(64), records: 0 })
  const read = (names: readonly string[]) =>
    toIncident(
      names,
      names.map((name) => fields[name] ?? null),
    )
  const seen = { sources: ['grafana', 'pagerduty'], conflicts: [{ field: 'service' }] }
  expect(read(fieldsOf('none'))).toMatchObject({ sightings, seen })
  expect(read(fieldsOf('normalize'))).toMatchObject({ sightings: [], seen })
})
