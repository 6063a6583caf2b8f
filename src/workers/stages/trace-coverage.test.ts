/** How much of the trace is there that must be by the time readiness looks. */
import { expect, it } from 'vitest'
import type { AuditEvent } from '../../shared/contracts/audit-record.ts'
import { normalized } from './snapshot.fixture.ts'
import { traceCoverage } from './trace-coverage.ts'

it.each<[AuditEvent[], number, string | null]>([
  [['webhook_received', 'incident_event_normalized'], 1, null],
  [['webhook_received', 'source_attached', 'incident_event_normalized'], 1, null],
  [['webhook_received'], 0.5, 'missing: incident_event_normalized'],
  [['incident_event_normalized'], 0.5, 'missing: webhook_received'],
  [['source_attached'], 0, 'missing: webhook_received, incident_event_normalized'],
])('%j', (events, coverage, problem) => {
  const { trace, incident } = normalized({ events }).snapshot
  expect(traceCoverage(trace, incident)).toEqual({ coverage, problem })
})

it('nothing, where the chain is broken anywhere', () => {
  const { trace, incident } = normalized().snapshot
  expect(traceCoverage(trace.slice(1), incident)).toMatchObject({ coverage: 0 })
})
