/** What each finding finds, planted one by one in a ledger that is all right otherwise. */
import { describe, expect, test } from 'vitest'
import { chain, contentDigests, EMPTY_CHAIN } from '../../../src/shared/audit/record.ts'
import type { AuditEvent } from '../../../src/shared/contracts/audit-record.ts'
import type { Incident } from '../../../src/shared/contracts/incident.ts'
import type { IncidentLedger } from '../../../src/shared/ledger/incident-ledger.ts'
import { type Findings, findingsOf } from './findings.ts'

const ID = 'HM-2026-05-17-1'
const WHOLE: AuditEvent[] = [
  'webhook_received',
  'incident_event_normalized',
  'readiness_evaluated',
  'dry_run_evaluated',
]

interface Planted {
  events?: AuditEvent[]
  /** Where readiness sent it. */
  after?: string
  verdict?: null
  head?: string
  counters?: Record<string, number>
  told?: Record<string, string[]>
}

const lookAt = ({
  events = WHOLE,
  after = 'dry-run',
  verdict,
  head,
  counters = {},
  told = { fault: [ID] },
}: Planted) => {
  const linked = chain(
    EMPTY_CHAIN,
    events.map((event) => ({
      at: '2026-05-17T12:00:00.000Z',
      incident_id: ID,
      event,
      stage: 'accept',
      actor: 'test',
      ...contentDigests(event, event),
      decision_diff: event === 'readiness_evaluated' ? { status: ['readiness', after] } : {},
      policy_digest: null,
    })),
  )
  const incident = {
    incident_id: ID,
    status: 'awaiting_review',
    verdict: verdict === null ? null : { verdict: 'awaiting_review' },
    ...linked.head,
    ...(head && { head }),
  } as Incident
  const ledger: Pick<IncidentLedger, 'idsAfter' | 'read' | 'accounting'> = {
    idsAfter: async (from) => (from ? [] : [{ id: ID, at: 1 }]),
    read: async () => ({ incident, trace: linked.records }),
    accounting: async () => ({ received: 1, 'verdict:awaiting_review': 1, ...counters }),
  }
  return findingsOf(
    ledger as IncidentLedger,
    new Map(Object.entries(told).map(([fault, ids]) => [fault, new Set(ids)])),
  )
}

const kindsOf = (found: Findings) => Object.entries(found).flatMap(([kind, lines]) => (lines.length > 0 ? [kind] : []))

describe('findings', () => {
  test('are none where all is well', async () => {
    const { found, incidents } = await lookAt({})
    expect(kindsOf(found)).toEqual([])
    expect(incidents).toEqual({ 'verdict:awaiting_review': 1 })
  })

  test.each<[keyof Findings, string, Planted]>([
    [
      'lost',
      'an incident without a verdict',
      { verdict: null, counters: { 'verdict:awaiting_review': 0, in_flight: 1 } },
    ],
    ['lost', 'an acknowledged incident that is not there', { told: { fault: ['HM-2026-05-17-2'] } }],
    ['doubled', 'a stage decided twice', { events: [...WHOLE, 'dry_run_evaluated'] }],
    ['doubled', 'an incident opened twice', { events: ['webhook_received', ...WHOLE] }],
    ['doubled', 'a fault with two incidents', { told: { fault: [ID, 'HM-2026-05-17-2'] } }],
    ['doubled', 'a verdict counted twice', { counters: { received: 2, 'verdict:awaiting_review': 2 } }],
    ['out_of_order', 'readiness before normalize', { events: [...WHOLE].sort() }],
    ['out_of_order', 'dry-run without readiness', { events: WHOLE.filter((event) => event !== 'readiness_evaluated') }],
    ['out_of_order', 'dry-run after a block', { after: 'blocked' }],
    ['broken_chains', 'a head that is not the last record', { head: 'f'.repeat(64) }],
    ['imbalance', 'a delivery that is nowhere', { counters: { received: 2 } }],
    ['imbalance', 'a verdict that was not counted', { counters: { 'verdict:awaiting_review': 0, duplicates: 1 } }],
  ])('%s: %s', async (kind, _what, planted) => {
    expect(kindsOf((await lookAt(planted)).found)).toContain(kind)
  })
})
