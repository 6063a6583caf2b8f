/** What a correlation step does to the ledger: its counts always balance and its chains always hold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chain } from '../shared/audit/record.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { AuditRecord } from '../shared/contracts/audit-record.ts'
import type { Incident, VerdictName } from '../shared/contracts/incident.ts'
import { correlate } from '../shared/incident/correlate.ts'
import { identify } from '../shared/incident/identify.ts'
import { alertmanager, at, GROUP, grafana, legacy, OTHER_GROUP, page } from '../shared/incident/sightings.fixture.ts'
import type { LedgerChange } from '../shared/ledger/change.ts'
import { toFields, toIncident } from '../shared/ledger/incident-fields.ts'
import { stepChange } from './step-change.ts'

const METRIC = { grafana, alertmanager, legacy }

interface Kept {
  fields: Record<string, string>
  trace: AuditRecord[]
}

/** Keeps changes as Redis would, and refuses what Redis would refuse. */
class Ledger {
  readonly kept = new Map<string, Kept>()
  readonly counts: Record<string, number> = {}

  incidents(): Incident[] {
    return [...this.kept.values()].flatMap(({ fields }) => toIncident(Object.keys(fields), Object.values(fields)) ?? [])
  }

  apply({ incident_id, expected_head, repeats, records, fields, counts }: LedgerChange): void {
    const known = this.kept.get(incident_id)
    if (expected_head !== 'any') expect(known?.fields.head ?? null).toBe(expected_head)
    const duplicates = String(Number(known?.fields.duplicates ?? 0) + repeats)
    this.kept.set(incident_id, {
      fields: { ...known?.fields, ...fields, duplicates },
      trace: [...(known?.trace ?? []), ...records],
    })
    for (const [name, count] of Object.entries(counts)) this.counts[name] = (this.counts[name] ?? 0) + count
  }

  /** The outcomes, and the changes that were applied. */
  receive(alert: Sighting) {
    const now = alert.delivery.received_at
    const steps = correlate(alert, identify(alert, 'HM', now), this.incidents())
    const place = { unchanged: [], listed_under: alert.correlation_keys }
    return steps.map((step) => {
      const taken = stepChange(step, { by: alert, at: now, again: false }, place)
      for (const change of [taken.change, ...taken.also]) this.apply(change)
      return taken
    })
  }

  /** As a worker ends an incident that is in flight. */
  end(incident: Incident, verdict: VerdictName): void {
    const { incident_id, head: expected_head } = incident
    const linked = chain(incident, [])
    this.apply({
      ...{
        incident_id,
        expected_head,
        listed_at: null,
        repeats: 0,
        unchanged: [],
        listed_under: [],
        records: linked.records,
      },
      fields: toFields({ status: verdict, verdict: { verdict, stage: 'readiness', blockers: [], at: at(5) } }),
      counts: { in_flight: -1, [`verdict:${verdict}`]: 1 },
    })
  }
}

const eventsOf = ({ change }: { change: LedgerChange }) => change.records.map(({ event }) => event)

describe('a step', () => {
  test('that creates records the delivery and counts it in flight', () => {
    const [made] = new Ledger().receive(grafana())
    expect(made).toMatchObject({
      outcome: 'accepted',
      change: { expected_head: null, listed_at: Date.parse(at(1)), counts: { received: 1, in_flight: 1 } },
    })
    expect(made && eventsOf(made)).toEqual(['webhook_received'])
  })

  test('that creates an incident already over counts it closed, never in flight', () => {
    const ledger = new Ledger()
    const [made] = ledger.receive(grafana({ status: 'resolved' }))
    expect(made).toMatchObject({ outcome: 'closed', change: { counts: { received: 1, 'verdict:closed': 1 } } })
    expect(made && eventsOf(made)).toEqual(['webhook_received', 'closed'])
    expect(ledger.incidents()).toMatchObject([{ status: 'closed', verdict: { verdict: 'closed', stage: 'accept' } }])
  })

  test('that attaches says which source, and the state before', () => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    const [attached] = ledger.receive(page())
    expect(attached?.change.records).toMatchObject([
      { event: 'source_attached', actor: 'webhook:pagerduty', decision_diff: { 'pagerduty:Q1': [null, 'firing'] } },
    ])
    const [closed] = ledger.receive(page({ status: 'resolved', received: 20 }))
    expect(closed?.outcome).toBe('closed')
    expect(closed?.change.records).toMatchObject([
      { event: 'source_attached', decision_diff: { 'pagerduty:Q1': ['firing', 'resolved'] } },
      { event: 'closed', decision_diff: { status: ['normalize', 'closed'] } },
    ])
  })

  test('that brings pages along records each, and lists the incident under their keys', () => {
    const ledger = new Ledger()
    ledger.receive(page())
    ledger.receive(grafana())
    const [created] = ledger.receive(grafana({ pod: 'api-2' }))
    expect(created && eventsOf(created)).toEqual(['webhook_received', 'source_attached'])
    expect(created?.change.listed_under).toContain('native:pagerduty:Q1')
  })

  test('that repeats counts and changes nothing else', () => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    const [before] = ledger.incidents()
    expect(ledger.receive(grafana())).toMatchObject([
      { outcome: 'duplicate', change: { counts: { received: 1, duplicates: 1 }, records: [], fields: {} } },
    ])
    expect(ledger.incidents()).toEqual([{ ...before, duplicates: 1 }])
  })

  test('on a normalized incident renews its event', () => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    const [incident] = ledger.incidents()
    const event = { incident_id: incident?.incident_id ?? '', service: 'api', namespace: 'prod', pod: 'api-1' }
    const kept = ledger.kept.get(event.incident_id)
    if (kept)
      Object.assign(kept.fields, {
        event: JSON.stringify({ ...event, severity: 'P1', window_minutes: 10, metric_context: {}, source_refs: [] }),
      })
    ledger.receive(page())
    expect(ledger.incidents()[0]?.event?.source_refs).toEqual([grafana().source_ref, page().source_ref])
  })
})

describe('a source that contradicts the others', () => {
  /** An incident that ended so, and then a page of its group that names another service. */
  const contradicted = (verdict: VerdictName) => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    const [incident] = ledger.incidents()
    if (incident) ledger.end(incident, verdict)
    const [attached] = ledger.receive(page({ service: 'shop', received: 30 }))
    return { ledger, attached }
  }
  const message = "service: 'api' (grafana) vs 'shop' (pagerduty)"

  test.each(['dry_run_passed', 'awaiting_review', 'semi_manual'] as const)('voids %s in the same change', (verdict) => {
    const { ledger, attached } = contradicted(verdict)
    expect(attached?.outcome).toBe('attached')
    const blocked = {
      verdict: 'blocked',
      stage: 'accept',
      blockers: [{ code: 'source_conflict', message }],
      at: at(30),
    }
    expect(attached?.ended).toMatchObject([{ from: verdict, accepted_at: at(1), verdict: blocked }])
    expect(attached?.change.records).toMatchObject([
      { event: 'source_attached', decision_diff: { 'pagerduty:Q1': [null, 'firing'] } },
      {
        ...{ event: 'readiness_evaluated', stage: 'accept', actor: 'webhook:pagerduty' },
        decision_diff: { status: [verdict, 'blocked'], blockers: [[], ['source_conflict']] },
      },
    ])
    expect(attached?.change.counts).toEqual({
      received: 1,
      attached: 1,
      [`verdict:${verdict}`]: -1,
      'verdict:blocked': 1,
    })
    expect(ledger.incidents()).toMatchObject([{ status: 'blocked', verdict: blocked }])
  })

  test.each(['blocked', 'closed', 'rejected', 'expired', 'dead_lettered'] as const)('leaves %s as it is', (verdict) => {
    const { ledger, attached } = contradicted(verdict)
    expect(attached).toMatchObject({ outcome: 'attached', ended: [], change: { counts: { received: 1, attached: 1 } } })
    expect(attached && eventsOf(attached)).toEqual(['source_attached'])
    expect(ledger.incidents()).toMatchObject([{ status: verdict, verdict: { verdict, stage: 'readiness' } }])
  })

  test('is left to the stages while the incident is in flight', () => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    expect(ledger.receive(page({ service: 'shop' }))).toMatchObject([{ outcome: 'attached', ended: [] }])
    expect(ledger.incidents()).toMatchObject([{ status: 'normalize', verdict: null }])
  })

  test('closes what waits for a person, when it says that it is over', () => {
    const ledger = new Ledger()
    ledger.receive(grafana())
    const [incident] = ledger.incidents()
    if (incident) ledger.end(incident, 'awaiting_review')
    expect(ledger.receive(page({ service: 'shop', status: 'resolved' }))).toMatchObject([{ outcome: 'closed' }])
  })

  test('once voided, it stays so', () => {
    const { ledger } = contradicted('awaiting_review')
    const [again] = ledger.receive(alertmanager({ group: null }))
    expect(again).toMatchObject({ outcome: 'attached', ended: [] })
  })
})

describe('a page alone that turns out to be part of a measured incident', () => {
  const joined = (...pages: Sighting[]) => {
    const ledger = new Ledger()
    for (const alert of [alertmanager({ group: OTHER_GROUP }), ...pages]) ledger.receive(alert)
    const [taken] = ledger.receive(grafana())
    const [whole, part] = [alertmanager(), page()].map((alert) => identify(alert, 'HM', at(1)))
    return { ledger, taken, whole, part }
  }

  test('is closed in the same step, and both traces say so', () => {
    const { ledger, taken, whole, part } = joined(page())
    expect(taken?.change).toMatchObject({
      ...{ incident_id: whole, counts: { received: 1, attached: 1 } },
      records: [
        { decision_diff: { [grafana().source_key]: [null, 'firing'], absorbed: [null, [part]] } },
        { decision_diff: { 'pagerduty:Q1': [null, 'firing'] } },
      ],
    })
    expect(taken?.also).toMatchObject([
      {
        ...{ incident_id: part, counts: { in_flight: -1, 'verdict:closed': 1 } },
        records: [{ event: 'closed', decision_diff: { status: ['normalize', 'closed'], attached_to: [null, whole] } }],
      },
    ])
    expect(taken?.ended).toMatchObject([{ incident_id: part, from: 'normalize', verdict: { attached_to: whole } }])
    expect(ledger.counts).toEqual({ received: 3, attached: 1, in_flight: 1, 'verdict:closed': 1 })
  })

  test('is found where the page was: its group finds the whole', () => {
    expect(joined(page()).taken?.change.listed_under).toContain(`pages:${GROUP}`)
  })

  test('is no second verdict where it was closed before', () => {
    const { ledger, taken } = joined(page(), page({ status: 'resolved', received: 20 }))
    expect(taken?.ended).toMatchObject([{ verdict: { verdict: 'closed' }, from: 'normalize' }])
    expect(taken?.also).toMatchObject([{ counts: {}, records: [{ decision_diff: { status: ['closed', 'closed'] } }] }])
    expect(ledger.counts).toMatchObject({ received: 4, in_flight: 0, 'verdict:closed': 2 })
  })

  test('is not counted as another attachment, where the page attached already', () => {
    const ledger = new Ledger()
    ledger.receive(page({ group: null }))
    ledger.receive(grafana())
    const told = page({ as_of: 5 })
    const [step] = correlate(told, identify(told, 'HM', at(1)), ledger.incidents())
    if (!step) throw new Error('there is no step')
    const { change, also } = stepChange(step, { by: told, at: at(5), again: true }, { unchanged: [], listed_under: [] })
    expect([change.counts, also[0]?.counts]).toEqual([{}, { in_flight: -1, 'verdict:closed': 1 }])
  })
})

test('whatever arrives in whatever order, nothing is unaccounted for and every chain holds', () => {
  const pods = ['api-1', 'api-2', 'api-3']
  const arrival = fc.record({
    make: fc.constantFrom('grafana' as const, 'alertmanager' as const, 'legacy' as const, 'page' as const),
    pod: fc.constantFrom(...pods),
    id: fc.constantFrom('Q1', 'Q2'),
    status: fc.constantFrom('firing' as const, 'resolved' as const),
    starts: fc.constantFrom(0, 40),
    received: fc.integer({ min: 41, max: 90 }),
  })
  const ending = fc.constantFrom<VerdictName>('blocked', 'awaiting_review', 'dry_run_passed', 'dead_lettered')
  fc.assert(
    fc.property(fc.array(fc.oneof(arrival, ending), { maxLength: 40 }), (happenings) => {
      const ledger = new Ledger()
      for (const what of happenings) {
        const open = ledger.incidents().find(({ verdict }) => verdict === null)
        if (typeof what !== 'string') {
          const { make, id, pod, ...rest } = what
          ledger.receive(make === 'page' ? page({ id, ...rest }) : METRIC[make]({ pod, ...rest }))
        } else if (open) ledger.end(open, what)
        const { received = 0, ...places } = ledger.counts
        expect(received).toBe(Object.values(places).reduce((sum, count) => sum + count, 0))
        expect(Object.values(places).every((count) => count >= 0)).toBe(true)
      }
      const incidents = ledger.incidents()
      expect(ledger.counts.in_flight ?? 0).toBe(incidents.filter(({ verdict }) => verdict === null).length)
      for (const incident of incidents)
        expect(verifyChain(ledger.kept.get(incident.incident_id)?.trace ?? [], incident).problem).toBeNull()
    }),
    { numRuns: 300 },
  )
})
