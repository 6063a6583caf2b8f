import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../shared/audit/digest.ts'
import type { Answers } from '../../shared/contracts/live-facts.ts'
import type { ClassPolicy, PolicySet } from '../../shared/contracts/policy.ts'
import { sumUp } from '../../shared/incident/merge.ts'
import { findClassPolicy } from '../../shared/policy/class-policy.ts'
import { readiness } from './readiness.ts'
import { readinessKnown } from './readiness-known.ts'
import { type Circumstances, NOW, normalized, POLICIES, sighting } from './snapshot.fixture.ts'

const decided = (given: Circumstances = {}) => {
  const { input, snapshot } = normalized(given)
  return readiness.decide(input, readiness.known.parse(readinessKnown(snapshot).known), NOW)
}
const codes = (given: Circumstances) => decided(given).output.readiness.blockers.map(({ code }) => code)

const shipped = findClassPolicy(POLICIES, 'high_memory_usage').policy
if (!shipped) throw new Error('no policy')
/** The shipped policies with the memory class's card changed. */
const withCard = (card: Partial<ClassPolicy['card']>) => ({
  classes: new Map(POLICIES.classes).set('high_memory_usage', { ...shipped, card: { ...shipped.card, ...card } }),
})
const DAY = 86_400_000
/** A week before the decision, to the millisecond. */
const restored = { value: true, as_of: '2026-05-10T11:43:00.000Z', max_age: 7 * DAY }
const withFacts = (facts: PolicySet['services'][string]['facts']) => ({
  services: { 'appointments-api': { namespaces: ['prod'], facts } },
})
const freeze = (scope: string, from = '2026-05-17T11:00:00Z', to = '2026-05-17T12:00:00Z') => ({
  freezes: [{ from, to, scope, reason: 'audit' }],
})

describe('readiness', () => {
  it('lets a ready incident through, with everything that decided it', () => {
    const result = decided()
    expect(result).toMatchObject({
      outcome: 'next',
      events: ['spec_resolved', 'readiness_evaluated'],
      diff: { spec_resolved: { spec: [null, shipped.spec] } },
      output: {
        action: 'restart_pod',
        incident_class: 'high_memory_usage',
        needs_review: true,
        readiness: {
          outcome: 'pass',
          score: 24,
          threshold: 23,
          mode: 'auto',
          blockers: [],
          flip: [],
        },
      },
    })
    expect(readinessKnown(normalized().snapshot).known).toMatchObject({
      policy: { card: { scores: { spec: { score: 5, evidence: ['specify.md'] } } } },
      facts: { stateful: { value: false, source: 'catalog', as_of: POLICIES.stated_at }, stateless: { value: true } },
    })
    expect(readiness.output.parse(result.output)).toEqual(result.output)
  })

  it('says when nothing is frozen any more, behind freezes that follow one another', () => {
    const freeze = (from: string, to: string) => ({
      from: `2026-05-17T${from}:00Z`,
      to: `2026-05-17T${to}:00Z`,
      scope: 'global',
      reason: 'x',
    })
    const freezes = [
      freeze('11:00', '12:00'),
      freeze('11:30', '13:00'),
      freeze('13:00', '14:00'),
      freeze('15:00', '16:00'),
    ]
    const { input, snapshot } = normalized({ policies: { freezes } })
    const { known } = readinessKnown(snapshot)
    const thaw = '2026-05-17T14:00:00.001Z'
    const { flip } = readiness.decide(input, known, NOW).output.readiness
    expect(flip).toMatchObject([{ change: 'wait', to: thaw }])
    expect(readiness.decide(input, known, thaw).outcome).toBe('next')
  })

  it('decides the same again from what was stored', () => {
    const { input, snapshot } = normalized()
    const known = readinessKnown(snapshot).known
    const stored: unknown = JSON.parse(canonicalJson(known))
    expect(readiness.known.parse(stored)).toEqual(known)
    expect(canonicalJson(readiness.decide(input, readiness.known.parse(stored), NOW))).toBe(
      canonicalJson(readiness.decide(input, known, NOW)),
    )
  })

  it.each<[string, Circumstances, string[]]>([
    ['a class without a policy', { sightings: [{ ...sighting, incident_class: 'disk_full' }] }, ['policy_missing']],
    [
      'a class whose policy is broken',
      {
        policies: {
          classes: new Map([['high_memory_usage', { incident_class: 'high_memory_usage', problem: 'why' }]]),
        },
      },
      ['policy_invalid'],
    ],
    ['an unknown service', { sightings: [{ ...sighting, service: 'other' }] }, ['fact_unknown']],
    [
      'a namespace the catalogue does not list',
      { sightings: [{ ...sighting, namespace: 'staging' }] },
      ['fact_unknown'],
    ],
    ['no pod', { sightings: [{ ...sighting, pod: '' }] }, ['fact_unknown']],
    ['a stateful that is not true or false', { policies: withFacts({ stateful: 'no' }) }, ['fact_unknown']],
    [
      'a stateful workload without a word on its backup',
      { policies: withFacts({ stateful: true }) },
      ['stateful_without_backup'],
    ],
    [
      'a backup that is not verified by a boolean',
      { policies: withFacts({ stateful: true, backup_verified: 'yes' }) },
      ['stateful_without_backup'],
    ],
    [
      'a backup that is verified by a label alone',
      { policies: withFacts({ stateful: true, backup_verified: true }) },
      ['stateful_without_backup', 'fact_unknown'],
    ],
    ['a stateful workload with its backup', { policies: withFacts({ stateful: true, backup_verified: restored }) }, []],
    [
      'a backup whose restore was too long ago',
      { policies: withFacts({ stateful: true, backup_verified: { ...restored, max_age: 7 * DAY - 1 } }) },
      ['stateful_without_backup', 'fact_unknown'],
    ],
    [
      'a stateful workload whose restore failed',
      { policies: withFacts({ stateful: true, backup_verified: { ...restored, value: false } }) },
      ['stateful_without_backup'],
    ],
    [
      'a stateless one whose backup is out of date',
      { policies: withFacts({ stateful: false, backup_verified: { ...restored, max_age: DAY } }) },
      [],
    ],
    [
      'a stateful that nobody has looked at for too long',
      { policies: withFacts({ stateful: { value: false, as_of: restored.as_of, max_age: DAY } }) },
      ['fact_unknown'],
    ],
    [
      'a card that denies the backup',
      {
        policies: {
          ...withFacts({ stateful: true, backup_verified: restored }),
          ...withCard({ checks: { ...shipped.card.checks, backup_verified: false } }),
        },
      },
      ['stateful_without_backup'],
    ],
    ['a second source asked for', { policies: withCard({ sources_required: 2 }) }, ['corroboration_missing']],
    [
      'the same source twice when two are asked for',
      { sightings: [sighting, { ...sighting, source_key: 'grafana:2' }], policies: withCard({ sources_required: 2 }) },
      ['corroboration_missing'],
    ],
    [
      'two sources when two are asked for',
      { sightings: [sighting, { ...sighting, source: 'pagerduty' }], policies: withCard({ sources_required: 2 }) },
      [],
    ],
    ['a record missing', { events: ['webhook_received'] }, ['audit_trace_incomplete']],
    [
      "coverage stated in the class's card",
      {
        events: ['webhook_received'],
        policies: withCard({ checks: { ...shipped.card.checks, audit_trace_coverage: 1 } }),
      },
      ['audit_trace_incomplete'],
    ],
    ['a freeze', { policies: freeze('global') }, ['change_freeze']],
    ['a freeze of the service', { policies: freeze('service:appointments-api') }, ['change_freeze']],
    ['a freeze of the namespace', { policies: freeze('namespace:prod') }, ['change_freeze']],
    ['a freeze of the class', { policies: freeze('class:high_memory_usage') }, ['change_freeze']],
    ['a freeze of another service', { policies: freeze('service:orders-db') }, []],
    ['a freeze of another class', { policies: freeze('class:high_cpu_usage') }, []],
    ['a freeze that is over', { policies: freeze('global', '2026-05-17T10:00:00Z', '2026-05-17T11:00:00Z') }, []],
    [
      'a freeze in another time zone',
      { policies: freeze('global', '2026-05-17T13:00:00+02:00', '2026-05-17T14:00:00+02:00') },
      ['change_freeze'],
    ],
    ['a freeze from this moment on', { policies: freeze('global', NOW) }, ['change_freeze']],
    ['a freeze to this moment', { policies: freeze('global', '2026-05-17T11:00:00Z', NOW) }, ['change_freeze']],
    [
      'a freeze of some namespace while none is known',
      { sightings: [{ ...sighting, namespace: '' }], policies: freeze('namespace:x') },
      ['fact_unknown', 'change_freeze'],
    ],
    ['an action that is not in the catalogue', { policies: withCard({ pre_approved_action: 'other' }) }, []],
    [
      'a fact the action computes with and nobody stated',
      { policies: withCard({ pre_approved_action: 'rollback_deployment' }) },
      ['fact_unknown'],
    ],
  ])('%s', (_, given, expected) => {
    expect(codes(given)).toEqual(expected)
    expect(decided(given).outcome).toBe(expected.length === 0 ? 'next' : 'stop')
  })

  const quota = {
    prometheus: 'quota{service="$service"}',
    compare: { operator: '>=' as const, number: 1 },
    max_age: 120_000,
  }
  const asking = (asks: ClassPolicy['card']['facts']) => withCard({ facts: asks })
  const query = { value: 'quota{service="appointments-api"}', as_of: 'timestamp(quota{service="appointments-api"})' }
  const told = (answer: Answers[string]['answer'], asked: Answers[string]['query'] = query): Circumstances => ({
    policies: asking({ quota_left: quota }),
    answers: { quota_left: { query: asked, answer } },
  })

  it.each<[string, Circumstances, string | null]>([
    ['an answer', told({ sample: 1, as_of: '2026-05-17T11:41:00.000Z' }), null],
    ['an answer that does not hold, which is known', told({ sample: 0, as_of: NOW }), null],
    [
      'an answer that is too old',
      told({ sample: 1, as_of: '2026-05-17T11:40:59.999Z' }),
      'quota_left is unknown: it is 2m 1ms old (2026-05-17T11:40:59.999Z), and counts for 2m',
    ],
    ['no answer', told({ problem: 'no series' }), 'quota_left is unknown: no series'],
    [
      'nothing recorded',
      { policies: asking({ quota_left: quota }) },
      'quota_left is unknown: this was not asked when the incident was decided',
    ],
    [
      'the answer to another question',
      told({ sample: 1, as_of: NOW }, { ...query, value: 'up' }),
      'quota_left is unknown: this was not asked when the incident was decided',
    ],
  ])('with a fact asked of Prometheus and %s', (_, given, message) => {
    const blockers = message === null ? [] : [{ code: 'fact_unknown', message }]
    expect(decided(given).output.readiness.blockers).toEqual(blockers)
  })

  it('an answer that failed is not made up for by the catalogue', () => {
    const given = told({ problem: 'no series' })
    const stateful = { ...given, answers: { stateful: { query, answer: { problem: 'no series' } } } }
    const policies = { ...asking({ stateful: quota }), ...withFacts({ stateful: false }) }
    expect(decided({ ...stateful, policies }).output.readiness.blockers).toEqual([
      { code: 'fact_unknown', message: 'stateful is unknown: no series' },
    ])
  })

  it('names what it knows of a conflict, over all sightings there are now', () => {
    const { input, snapshot } = normalized()
    const late = { ...sighting, source: 'pagerduty' as const, namespace: 'staging' }
    snapshot.incident.seen = sumUp([sighting, late])
    const result = readiness.decide(input, readinessKnown(snapshot).known, NOW)
    expect(result).toMatchObject({
      outcome: 'stop',
      verdict: 'blocked',
      blockers: [{ code: 'source_conflict', message: "namespace: 'prod' (grafana) vs 'staging' (pagerduty)" }],
    })
  })

  it('a trace that was changed counts for nothing', () => {
    const { input, snapshot } = normalized()
    snapshot.trace = snapshot.trace.map((record) => ({ ...record, actor: 'somebody else' }))
    expect(readiness.decide(input, readinessKnown(snapshot).known, NOW).output.readiness.blockers).toEqual([
      {
        code: 'audit_trace_incomplete',
        message: 'audit_trace_coverage=0 < 1.0 (record 0 was changed: its hash does not match)',
      },
    ])
  })

  it('a trace that was cut off counts for nothing', () => {
    const { input, snapshot } = normalized()
    snapshot.trace.pop()
    expect(readiness.decide(input, readinessKnown(snapshot).known, NOW).output.readiness.blockers).toMatchObject([
      { code: 'audit_trace_incomplete', message: expect.stringContaining('audit_trace_coverage=0 < 1.0') },
    ])
  })

  it('a total in the band goes to a person', () => {
    const scores = { ...shipped.card.scores, spec: 3 }
    expect(decided({ policies: withCard({ scores }) })).toMatchObject({
      outcome: 'stop',
      verdict: 'semi_manual',
      events: ['spec_resolved', 'readiness_evaluated', 'review_requested'],
      blockers: [{ code: 'score_below_threshold', message: 'total 22 < 23' }],
      output: { readiness: { outcome: 'block', mode: 'semi_manual', score: 22, threshold: 23 } },
    })
  })

  it.each([true, false])('asks for a person on the first run where the card does: %s', (human_review_for_first_run) => {
    const policies = withCard({ checks: { ...shipped.card.checks, human_review_for_first_run } })
    expect(decided({ policies }).output.needs_review).toBe(human_review_for_first_run)
  })

  it('knows what there is nothing left of, where the commit found that', () => {
    const { snapshot } = normalized()
    const spent = [{ scope: 'service:x', limit: 0, window: 1, passes: 0, free_at: null, last: null }]
    expect(readinessKnown({ ...snapshot, spent }).known.spent).toEqual(spent)
    expect(readinessKnown(snapshot).known).not.toHaveProperty('spent')
  })

  it('without a policy no spec was resolved, and a person has to look', () => {
    expect(decided({ sightings: [{ ...sighting, incident_class: 'disk_full' }] })).toMatchObject({
      events: ['readiness_evaluated'],
      verdict: 'blocked',
      output: { action: null, needs_review: true, readiness: { score: null, threshold: null, mode: 'blocked' } },
    })
  })

  it('the order of facts and sightings never matters', () => {
    const two = [sighting, { ...sighting, source: 'pagerduty' as const, namespace: 'staging' }]
    const facts = { stateful: true, backup_verified: false, remaining_quota: 2 }
    const turned = Object.fromEntries(Object.entries(facts).reverse())
    const one = decided({ sightings: two, policies: withFacts(facts) })
    const other = decided({ sightings: [...two].reverse(), policies: withFacts(turned) })
    expect(canonicalJson(one)).toBe(canonicalJson(other))
  })
})
