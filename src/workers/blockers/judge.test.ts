import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AXES, IncidentCard } from '../../shared/contracts/card.ts'
import { BUILT_IN_PROFILES } from '../../shared/policy/profiles.ts'
import { gateFromCard } from './gate-input.ts'
import { judge } from './judge.ts'
import { passingInput, profileOf, type withCard, withScores } from './passing-input.fixture.ts'

const course = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../fixtures/course/${name}.json`, import.meta.url)), 'utf8'))
const judged = (card: unknown, profile = 'default') => judge(gateFromCard(IncidentCard.parse(card), profileOf(profile)))
const codes = ({ blockers }: ReturnType<typeof judge>) => blockers.map(({ code }) => code)

describe('known answers', () => {
  it('the pass card passes with 24', () => {
    expect(judged(course('readiness_pass'))).toMatchObject({
      outcome: 'pass',
      score: 24,
      mode: 'auto',
      blockers: [],
      flip: [],
    })
  })

  it('the audit card is blocked by its trace and its total', () => {
    expect(judged(course('readiness_block_audit'))).toMatchObject({
      outcome: 'block',
      score: 22,
      mode: 'blocked',
      blockers: [
        { code: 'audit_trace_incomplete', message: 'audit_trace_coverage=0.7 < 1.0' },
        { code: 'score_below_threshold', message: 'total 22 < 23' },
      ],
    })
  })

  it('the stateful card is blocked by its backup alone', () => {
    const found = judged(course('readiness_block_stateful'))
    expect(found).toMatchObject({ outcome: 'block', score: 24 })
    expect(codes(found)).toEqual(['stateful_without_backup'])
  })

  it('a cluster-wide radius without a verified dry-run is undefined, stated at either place', () => {
    const card = course('readiness_pass')
    for (const wide of [
      { ...card, radius_of_impact: 'cluster' },
      { ...card, checks: { ...Object(card.checks), radius_of_impact: 'cluster' } },
    ]) {
      expect(judged(wide)).toMatchObject({ outcome: 'block', score: 24 })
      expect(codes(judged(wide))).toEqual(['blast_radius_undefined'])
    }
  })

  it('24 reaches a threshold of 24', () => {
    expect(judged(course('readiness_pass'), 'high_cost')).toMatchObject({ outcome: 'pass', threshold: 24 })
  })

  it.each(Object.keys(BUILT_IN_PROFILES))('the audit card is blocked by its trace under %s too', (profile) => {
    expect(codes(judged(course('readiness_block_audit'), profile))).toContain('audit_trace_incomplete')
  })

  it('a card that does not say whether the workload is stateful is not known', () => {
    const { stateful: _, ...card } = course('readiness_pass')
    expect(codes(judged(card))).toEqual(['fact_unknown'])
  })
})

describe('modes', () => {
  const totalling = (total: number) => {
    const lost = 25 - total
    return withScores({ spec: 5 - Math.min(lost, 5), implementation: 5 - Math.max(lost - 5, 0), process: 5 })
  }

  it.each([
    ['default', 23, 'auto'],
    ['default', 22, 'semi_manual'],
    ['default', 20, 'semi_manual'],
    ['default', 19, 'blocked'],
    ['high_cost', 24, 'auto'],
    ['high_cost', 23, 'semi_manual'],
    ['high_cost', 21, 'semi_manual'],
    ['high_cost', 20, 'blocked'],
    ['internal', 23, 'auto'],
    ['internal', 22, 'semi_manual'],
    ['internal', 21, 'semi_manual'],
    ['internal', 20, 'blocked'],
    ['stateful_strict', 23, 'auto'],
    ['stateful_strict', 20, 'semi_manual'],
  ])('%s, total %d: %s', (profile, total, mode) => {
    const { policy, ...input } = totalling(total)
    if (!policy) throw new Error('no policy')
    const found = judge({ ...input, policy: { ...policy, profile: profileOf(profile) } })
    expect(found).toMatchObject({ score: total, mode, outcome: mode === 'auto' ? 'pass' : 'block' })
  })

  it('a stateful workload short of its own threshold is in the band', () => {
    const { policy, ...input } = totalling(23)
    if (!policy) throw new Error('no policy')
    const strict = { ...input, stateful: true, policy: { ...policy, profile: profileOf('stateful_strict') } }
    expect(judge(strict)).toMatchObject({ threshold: 24, mode: 'semi_manual' })
  })

  it('in the band, any other blocker still blocks', () => {
    expect(judge({ ...totalling(22), stateful: true, backup_verified: false }).mode).toBe('blocked')
    expect(judge(withScores({ security: 0, process: 5 }))).toMatchObject({ score: 20, mode: 'blocked' })
  })

  it('without a policy there is no score and no way on', () => {
    const problem = { code: 'policy_missing' as const, message: 'no policy' }
    const bare = { outcome: 'block', score: null, threshold: null, mode: 'blocked' }
    expect(judge({ ...passingInput, policy: null, policy_problem: problem })).toMatchObject(bare)
    expect(judge({ ...passingInput, policy: null }).outcome).toBe('block')
  })
})

/** Mostly what is ready, so that passes and the semi-manual band are reached as well as blocks. */
const mostly = <Value>(usual: fc.Arbitrary<Value>, others: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: others })
const score = mostly<number | null>(fc.integer({ min: 4, max: 5 }), fc.option(fc.integer({ min: 0, max: 5 })))
const scores = fc.record(Object.fromEntries(AXES.map((axis) => [axis, score])))
const flag = mostly<boolean | null>(fc.constant(true), fc.constantFrom(false, null))
const checks = fc.record({
  rollback_condition_present: flag,
  blast_radius_known: flag,
  dry_run_verified: flag,
  radius_of_impact: fc.constantFrom(
    'pod' as const,
    'deployment' as const,
    'namespace' as const,
    'cluster' as const,
    null,
  ),
})
const inputs = fc
  .record({
    scores,
    checks,
    stateful: mostly<boolean | null>(fc.boolean(), fc.constant(null)),
    backup_verified: flag,
    coverage: mostly<unknown>(fc.constant(1), fc.constantFrom(0.5, null, '1')),
    profile: fc.constantFrom(...Object.keys(BUILT_IN_PROFILES)),
  })
  .map(({ scores, checks, coverage, profile, ...state }) => {
    const { policy, ...input } = withScores(scores, checks)
    if (!policy) throw new Error('no policy')
    const unknown_facts = state.stateful === null ? [{ name: 'stateful', message: 'stateful is not known' }] : []
    return {
      ...input,
      ...state,
      unknown_facts,
      audit: { coverage, problem: null },
      policy: { ...policy, profile: profileOf(profile) },
    }
  })

type Input = ReturnType<typeof withCard>
/** Everything a gap can be: each takes something away that was there. */
const GAPS: Record<string, (input: Input) => Input> = {
  'a lower score': (input) => lowered(input, (score) => Math.max(0, score - 1)),
  'no score': (input) => lowered(input, () => null),
  'no trace': (input) => ({ ...input, audit: { coverage: undefined, problem: null } }),
  'an unknown state': (input) => ({
    ...input,
    stateful: null,
    unknown_facts: [{ name: 'stateful', message: 'stateful is not known' }],
  }),
  'no backup': (input) => ({ ...input, backup_verified: null }),
  'a fact not known': (input) => ({
    ...input,
    unknown_facts: [...input.unknown_facts, { name: 'pod', message: 'no pod' }],
  }),
  'a source fewer': (input) => ({ ...input, sources: { ...input.sources, seen: input.sources.seen.slice(1) } }),
  'no policy': (input) => ({ ...input, policy: null, policy_problem: null }),
  'no rollback': (input) => changed(input, { rollback_condition_present: null }),
  'no known radius': (input) => changed(input, { blast_radius_known: null }),
  'the widest radius, untried': (input) => changed(input, { radius_of_impact: 'cluster', dry_run_verified: null }),
}

const changed = (input: Input, card: object): Input =>
  input.policy ? { ...input, policy: { ...input.policy, card: { ...input.policy.card, ...card } } } : input

const lowered = (input: Input, change: (score: number) => number | null): Input => {
  const stated = Object.entries(input.policy?.card.scores ?? {}).flatMap(([axis, entry]) => {
    const score = entry ? change(entry.score) : null
    return entry && score !== null ? [[axis, { ...entry, score }]] : []
  })
  return changed(input, { scores: Object.fromEntries(stated) })
}

describe('laws', () => {
  it.each(Object.entries(GAPS))('%s never turns a block into a pass, nor a blocked one into semi-manual', (_, gap) => {
    fc.assert(
      fc.property(inputs, (input) => {
        const [before, after] = [judge(input), judge(gap(input))]
        if (before.outcome === 'block') expect(after.outcome).toBe('block')
        if (before.mode === 'blocked') expect(after.mode).toBe('blocked')
      }),
    )
  })

  it('the total never overrides a blocker', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const full = withScores({ spec: 5, implementation: 5, verification: 5, process: 5, security: 5 }).policy?.card
        const found = judge(changed(input, { scores: full?.scores }))
        expect(found.score).toBe(25)
        expect(found.outcome).toBe(found.blockers.length === 0 ? 'pass' : 'block')
        const unsafe =
          input.audit.coverage !== 1 || input.stateful === null || (input.stateful && !input.backup_verified)
        if (unsafe) expect(found.mode).toBe('blocked')
      }),
    )
  })

  it('unknown never passes', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { outcome } = judge(input)
        const { card } = input.policy
        const known =
          input.audit.coverage === 1 &&
          input.stateful !== null &&
          AXES.every((axis) => card.scores[axis] !== undefined) &&
          card.rollback_condition_present !== null &&
          card.blast_radius_known !== null
        if (!known) expect(outcome).toBe('block')
      }),
    )
  })

  it('passes are reached at all, so the laws above are about something', () => {
    const outcomes = fc.sample(inputs, { numRuns: 500, seed: 7 }).map((input) => judge(input).mode)
    expect(new Set(outcomes)).toEqual(new Set(['auto', 'semi_manual', 'blocked']))
  })

  it('the order in which a card is written never matters', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...AXES], { minLength: 5 }), (order) => {
        const stated = passingInput.policy?.card.scores
        const reordered = Object.fromEntries(order.map((axis) => [axis, stated?.[axis]]))
        expect(judge(changed(passingInput, { scores: reordered }))).toEqual(judge(passingInput))
      }),
    )
  })
})
