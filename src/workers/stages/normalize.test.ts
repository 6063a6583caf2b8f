/** The normalize stage: what it hands on, and that it always does. */
import { expect, test } from 'vitest'
import { fixtureBody } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import type { Sighting } from '../../shared/contracts/alert.ts'
import { grafana } from '../../shared/sources/grafana.ts'
import { pagerduty } from '../../shared/sources/pagerduty.ts'
import type { Source } from '../../shared/sources/source.ts'
import { normalize } from './normalize.ts'

const sightingsOf = (source: Source, path: string): Sighting[] =>
  source
    .read(fixtureBody(path), RECEIVED_AT)
    .flatMap((reading) =>
      reading.reading === 'alert'
        ? [{ ...reading.alert, delivery: { request_id: path, received_at: RECEIVED_AT, body_sha256: 'a'.repeat(64) } }]
        : [],
    )

const sightings = [
  ...sightingsOf(pagerduty, 'course/webhook_pagerduty.json'),
  ...sightingsOf(grafana, 'course/webhook_grafana.json'),
]
const decide = (input: unknown) => normalize.decide(normalize.input.parse(input), { policy_digest: null }, RECEIVED_AT)

test('the course webhooks become the expected event', () => {
  const { outcome, output, events } = decide({ incident_id: 'HM-2026-05-17-01', sightings })
  expect({ outcome, events }).toEqual({ outcome: 'next', events: ['incident_event_normalized'] })
  expect(normalize.output.parse(output)).toEqual({
    event: fixtureBody('course/incident_event.expected.json'),
    incident_class: 'high_memory_usage',
    sources: ['grafana', 'pagerduty'],
    severities: [
      { source: 'grafana', severity: 'P1', inferred: false },
      { source: 'pagerduty', severity: 'P1', inferred: false },
    ],
    conflicts: [],
  })
})

test('a conflict is handed on, for readiness to judge', () => {
  const disagreeing = sightings.map((seen) => (seen.source === 'pagerduty' ? { ...seen, service: 'billing' } : seen))
  expect(decide({ incident_id: 'HM-2026-05-17-01', sightings: disagreeing })).toMatchObject({
    outcome: 'next',
    output: {
      conflicts: [
        {
          field: 'service',
          values: [
            { source: 'grafana', value: 'appointments-api' },
            { source: 'pagerduty', value: 'billing' },
          ],
        },
      ],
    },
  })
})

test('an incident nobody saw cannot be normalized', () => {
  expect(() => decide({ incident_id: 'HM-2026-05-17-01', sightings: [] })).toThrow('sightings')
})
