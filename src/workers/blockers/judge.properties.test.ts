/** What holds for every card there could be, not only for the ones somebody thought of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AXES, Radius } from '../../shared/contracts/card.ts'
import type { Spent } from '../../shared/contracts/share.ts'
import { BUILT_IN_PROFILES } from '../../shared/policy/profiles.ts'
import type { GateCard, GateInput } from './gate-input.ts'
import { judge } from './judge.ts'

const perhaps = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })
const entry = fc.record({
  score: fc.oneof({ weight: 4, arbitrary: fc.constant(5) }, fc.constantFrom(0, 1, 2, 3, 4, 4.5)),
  evidence: fc.constant<string[]>([]),
  reduction: fc.constant(null),
})
const entries = { spec: entry, implementation: entry, verification: entry, process: entry, security: entry }
/** Half of them ready or nearly so: a property of cards that are blocked for ten reasons says little. */
const yes = <T>(good: T, any: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(good) }, any)

const card: fc.Arbitrary<GateCard> = fc.record({
  scores: fc.oneof({ weight: 4, arbitrary: fc.record(entries) }, fc.record(entries, { requiredKeys: [] })),
  rollback_condition_present: yes<boolean | null>(true, perhaps(fc.boolean())),
  blast_radius_known: yes<boolean | null>(true, perhaps(fc.boolean())),
  radius_of_impact: perhaps(fc.constantFrom(...Radius.options)),
  dry_run_verified: yes<boolean | null>(true, perhaps(fc.boolean())),
})
const conflict = {
  field: 'pod' as const,
  values: [
    { source: 'grafana' as const, value: 'a' },
    { source: 'pagerduty' as const, value: 'b' },
  ],
}
const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
const usedUp = { scope: 'service:api', limit: 1, window: 60_000, passes: 1, free_at: null, last: null }
const problem = { code: 'policy_missing' as const, message: 'no policy' }
const unknown = { name: 'quota', message: 'quota is unknown' }

const input: fc.Arbitrary<GateInput> = fc.record({
  policy: fc.record({ card, profile: fc.constantFrom(...Object.values(BUILT_IN_PROFILES)) }),
  policy_problem: fc.constant(null),
  audit: fc.record({ coverage: yes<unknown>(1, fc.anything()), problem: fc.constant(null) }),
  stateful: perhaps(fc.boolean()),
  backup_verified: perhaps(fc.boolean()),
  unknown_facts: yes<(typeof unknown)[]>([], fc.constant([unknown])),
  conflicts: yes<(typeof conflict)[]>([], fc.constant([conflict])),
  sources: fc.record({ required: fc.integer({ min: 0, max: 2 }), seen: fc.constant(['grafana']) }),
  freezes: yes<(typeof freeze)[]>([], fc.constant([freeze])),
  thaw: fc.constant('2027-01-02T00:00:00.001Z'),
  spent: yes<Spent[]>([], fc.constant([usedUp])),
})

const withCard = (gate: GateInput, changes: Partial<GateCard>): GateInput => ({
  ...gate,
  policy: gate.policy && { ...gate.policy, card: { ...gate.policy.card, ...changes } },
})
const scoresOf = (gate: GateInput) => gate.policy?.card.scores ?? {}

/** Something missing, wrong, worse or unknown; never something better. */
const GAPS: Record<string, (gate: GateInput) => GateInput> = {
  'a hole in the trace': (gate) => ({ ...gate, audit: { coverage: 0.9, problem: null } }),
  'no coverage': (gate) => ({ ...gate, audit: { coverage: undefined, problem: null } }),
  'no word on rollback': (gate) => withCard(gate, { rollback_condition_present: null }),
  'no rollback': (gate) => withCard(gate, { rollback_condition_present: false }),
  'a blast radius nobody knows': (gate) => withCard(gate, { blast_radius_known: null }),
  'no radius': (gate) => withCard(gate, { radius_of_impact: null, blast_radius_known: false }),
  'a wider radius': (gate) =>
    gate.policy?.card.radius_of_impact ? withCard(gate, { radius_of_impact: 'cluster' }) : gate,
  'no verified dry-run': (gate) => withCard(gate, { dry_run_verified: null }),
  'a backup that is not verified': (gate) => ({ ...gate, backup_verified: null }),
  'a workload that holds something': (gate) => ({ ...gate, stateful: true }),
  'a state nobody knows': (gate) => ({
    ...gate,
    stateful: null,
    unknown_facts: [...gate.unknown_facts, { name: 'stateful', message: 'stateful is unknown' }],
  }),
  'an unknown fact': (gate) => ({ ...gate, unknown_facts: [...gate.unknown_facts, unknown] }),
  'a conflict': (gate) => ({ ...gate, conflicts: [...gate.conflicts, conflict] }),
  'a source less': (gate) => ({ ...gate, sources: { ...gate.sources, seen: [] } }),
  'a source more asked for': (gate) => ({ ...gate, sources: { ...gate.sources, required: gate.sources.required + 1 } }),
  'a freeze': (gate) => ({ ...gate, freezes: [...gate.freezes, freeze] }),
  'a budget that is used up': (gate) => ({ ...gate, spent: [...gate.spent, usedUp] }),
  'no policy': (gate) => ({ ...gate, policy: null, policy_problem: problem }),
}
for (const axis of AXES) {
  GAPS[`${axis} not scored`] = (gate) => withCard(gate, { scores: { ...scoresOf(gate), [axis]: undefined } })
  GAPS[`a point less for ${axis}`] = (gate) => {
    const score = scoresOf(gate)[axis]
    if (!score) return gate
    return withCard(gate, { scores: { ...scoresOf(gate), [axis]: { ...score, score: Math.max(0, score.score - 1) } } })
  }
}
const gaps = fc.subarray(Object.values(GAPS), { minLength: 1 })
const ORDER = { auto: 2, semi_manual: 1, blocked: 0 }
const codes = (gate: GateInput) => judge(gate).blockers.map(({ code }) => code)

describe('every card', () => {
  it('is found ready often enough for the rest to mean something', () => {
    const modes = fc.sample(input, 3000).map((gate) => judge(gate).mode)
    expect(modes.filter((mode) => mode === 'auto').length).toBeGreaterThan(10)
    expect(modes.filter((mode) => mode === 'blocked').length).toBeGreaterThan(10)
  })

  it.each(Object.entries(GAPS))('monotony: %s never helps, and lifts no blocker', (name, gap) => {
    fc.assert(
      fc.property(input, (gate) => {
        const [before, after] = [judge(gate), judge(gap(gate))]
        expect(ORDER[after.mode]).toBeLessThanOrEqual(ORDER[before.mode])
        // Without a policy there is no card whose blockers could be reported; of what nobody knows, that alone is.
        if (name !== 'no policy' && name !== 'a state nobody knows')
          expect(codes(gap(gate))).toEqual(expect.arrayContaining(codes(gate)))
      }),
    )
  })

  it('monotony: no number of gaps makes a pass of a block', () => {
    fc.assert(
      fc.property(input, gaps, (gate, chosen) => {
        const worse = chosen.reduce((given, gap) => gap(given), gate)
        expect(ORDER[judge(worse).mode]).toBeLessThanOrEqual(ORDER[judge(gate).mode])
      }),
      { numRuns: 500 },
    )
  })

  it('the total overrides no blocker but its own', () => {
    const top = Object.fromEntries(AXES.map((axis) => [axis, { score: 5, evidence: [], reduction: null }]))
    const OF_SCORES = ['axis_missing', 'score_below_threshold', 'security_zero', 'verification_failed']
    fc.assert(
      fc.property(input, (gate) => {
        const best = withCard(gate, { scores: top })
        const others = codes(gate).filter((code) => !OF_SCORES.includes(code))
        const stillThere = others.filter((code) => code !== 'rollback_missing' && code !== 'blast_radius_undefined')
        expect(codes(best)).toEqual(expect.arrayContaining(stillThere))
        if (codes(best).length > 0) expect(judge(best)).toMatchObject({ outcome: 'block', mode: 'blocked', score: 25 })
      }),
      { numRuns: 500 },
    )
  })

  it('unknown never passes: what passes has every guard known and closed', () => {
    fc.assert(
      fc.property(input, (gate) => {
        if (judge(gate).mode !== 'auto') return
        const { policy, audit, unknown_facts, conflicts, freezes, stateful, backup_verified, sources } = gate
        expect(audit.coverage).toBe(1)
        expect({ unknown_facts, conflicts, freezes }).toEqual({ unknown_facts: [], conflicts: [], freezes: [] })
        expect(policy?.card).toMatchObject({ rollback_condition_present: true, blast_radius_known: true })
        expect(stateful === true && backup_verified !== true).toBe(false)
        expect(sources.seen.length).toBeGreaterThanOrEqual(sources.required)
        expect(Object.values(policy?.card.scores ?? {})).toHaveLength(AXES.length)
      }),
      { numRuns: 2000 },
    )
  })

  it('the order in which its scores are written never matters', () => {
    fc.assert(
      fc.property(input, fc.shuffledSubarray([...AXES], { minLength: AXES.length }), (gate, order) => {
        const scores = Object.fromEntries(
          order.flatMap((axis) => (axis in scoresOf(gate) ? [[axis, scoresOf(gate)[axis]]] : [])),
        )
        expect(judge(withCard(gate, { scores }))).toEqual(judge(gate))
      }),
    )
  })

  it('all blockers that hold are reported, each in its place', () => {
    fc.assert(
      fc.property(input, gaps, (gate, chosen) => {
        const all = codes(chosen.reduce((given, gap) => gap(given), gate))
        expect(new Set(all).size).toBe(all.length)
        expect(judge(gate).flip.length > 0).toBe(codes(gate).length > 0)
      }),
    )
  })
})
