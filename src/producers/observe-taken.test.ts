/** What is counted and logged when accepting itself ends an incident. */
import { describe, expect, test } from 'vitest'
import type { AuditEvent, AuditRecord } from '../shared/contracts/audit-record.ts'
import type { Verdict } from '../shared/contracts/incident.ts'
import type { LedgerChange } from '../shared/ledger/change.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { observeTaken } from './observe-taken.ts'
import type { Ended } from './step.ts'

const changeOf = (events: AuditEvent[]): LedgerChange => ({
  incident_id: 'HM-1',
  expected_head: null,
  listed_at: null,
  repeats: 0,
  unchanged: [],
  listed_under: [],
  records: events.map((event) => ({ event }) as AuditRecord),
  fields: {},
  counts: {},
})

const verdict = (name: Verdict['verdict'], codes: Verdict['blockers'][number]['code'][] = []): Verdict => ({
  verdict: name,
  stage: 'accept',
  blockers: codes.map((code) => ({ code, message: 'why' })),
  at: '2026-05-17T11:42:31.000Z',
})

const NOTHING = changeOf([])

/** The series above 0 after this end, and the lines logged. */
const observed = async (ended: Pick<Ended, 'from' | 'verdict'>) => {
  const metrics = createMetrics('0')
  const lines: [string, object | undefined][] = []
  const log = { event: (name: string, fields?: object) => lines.push([name, fields]) } as unknown as Log
  const end = { incident_id: 'HM-1', accepted_at: '2026-05-17T11:42:30.000Z', ...ended }
  observeTaken({ change: NOTHING, also: [], ended: [end], mended: null }, metrics, log)
  const text = await metrics.registry.metrics()
  const counted = text.match(/^interlock_(verdicts|blockers|e2e_duration_seconds_(sum|count)).* [^0].*$/gm) ?? []
  return { counted: counted.map((line) => line.replace('interlock_', '')), lines }
}

describe('an end given on accepting', () => {
  test.each(['normalize', 'readiness', 'dry-run'] as const)(
    'in %s is a verdict and an end to end time',
    async (from) => {
      const { counted, lines } = await observed({ from, verdict: verdict('closed') })
      expect(counted).toEqual([
        'e2e_duration_seconds_sum{outcome="closed"} 1',
        'e2e_duration_seconds_count{outcome="closed"} 1',
        'verdicts_total{verdict="closed"} 1',
      ])
      expect(lines).toEqual([['incident_closed', { incident_id: 'HM-1', from }]])
    },
  )

  test('after a verdict is one more verdict, and no second time', async () => {
    const { counted, lines } = await observed({ from: 'awaiting_review', verdict: verdict('closed') })
    expect(counted).toEqual(['verdicts_total{verdict="closed"} 1'])
    expect(lines).toEqual([['incident_closed', { incident_id: 'HM-1', from: 'awaiting_review' }]])
  })

  test('that voids a pass counts its blocker, and is a warning', async () => {
    const { counted, lines } = await observed({
      from: 'dry_run_passed',
      verdict: verdict('blocked', ['source_conflict']),
    })
    expect(counted).toEqual([
      'verdicts_total{verdict="blocked"} 1',
      'blockers_total{stage="accept",code="source_conflict"} 1',
    ])
    expect(lines).toEqual([
      [
        'verdict_voided',
        { incident_id: 'HM-1', from: 'dry_run_passed', verdict: 'blocked', blockers: ['source_conflict'] },
      ],
    ])
  })
})

describe('a step taken', () => {
  const log = { event: () => {} } as unknown as Log

  test('counts every audit record that it wrote, those of other incidents too', async () => {
    const metrics = createMetrics('0')
    const [change, also] = [changeOf(['webhook_received', 'source_attached']), changeOf(['closed', 'source_attached'])]
    observeTaken({ change, also: [also], ended: [], mended: null }, metrics, log)
    const { values } = await metrics.auditRecords.get()
    expect(values.filter(({ value }) => value > 0).map(({ labels, value }) => [labels.event, value])).toEqual([
      ['webhook_received', 1],
      ['source_attached', 2],
      ['closed', 1],
    ])
  })

  test('that ends what was blocked measures how long each of its blockers held it', async () => {
    const metrics = createMetrics('0')
    const mended = { verdict: verdict('blocked', ['axis_missing', 'fact_unknown']), at: '2026-05-17T12:42:31.000Z' }
    observeTaken({ change: NOTHING, also: [], ended: [], mended }, metrics, log)
    const text = await metrics.registry.metrics()
    expect(text.match(/^interlock_blocker_resolution_duration_seconds_sum.* [^0].*$/gm)).toEqual([
      'interlock_blocker_resolution_duration_seconds_sum{code="axis_missing"} 3600',
      'interlock_blocker_resolution_duration_seconds_sum{code="fact_unknown"} 3600',
    ])
  })
})
