/** Of every input there could be: the changes that are said to flip it do, and no fewer and no smaller ones would. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AXES, type Axis } from '../../shared/contracts/card.ts'
import { withChanges } from './gate-changes.ts'
import type { GateCard, GateInput } from './gate-input.ts'
import { judge } from './judge.ts'
import { passingInput, profileOf, withScores } from './passing-input.fixture.ts'

const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
const thaw = '2027-01-02T00:00:00.001Z'
const flipped = (input: GateInput) => judge(input).flip

const score = fc.constantFrom(null, 0, 1, 2, 3, 3.5, 4, 5, 5, 5, 5, 5)
const mostly = <Value>(usual: Value, ...others: Value[]) => fc.constantFrom(usual, usual, usual, usual, ...others)

const anyInput: fc.Arbitrary<GateInput> = fc
  .record({
    scores: fc.record(Object.fromEntries(AXES.map((axis) => [axis, score])) as Record<Axis, typeof score>),
    card: fc.record({
      rollback_condition_present: mostly<boolean | null>(true, false, null),
      blast_radius_known: mostly<boolean | null>(true, false, null),
      radius_of_impact: mostly<GateCard['radius_of_impact']>('pod', null, 'namespace', 'cluster'),
      dry_run_verified: mostly<boolean | null>(true, false, null),
    }),
    profile: fc.constantFrom('default', 'high_cost', 'internal', 'stateful_strict'),
    stateful: mostly<boolean | null>(false, true, null),
    backup_verified: mostly<boolean | null>(true, false, null),
    backup_denied: mostly(false, true),
    coverage: mostly<unknown>(1, 0.5, undefined),
    seen: mostly(['grafana'], []),
    frozen: mostly(false, true),
    pod: mostly(true, false),
  })
  .map(({ scores, card, profile, stateful, backup_verified, backup_denied, coverage, seen, frozen, pod }) => ({
    ...passingInput,
    policy: { card: withScores(scores, card).policy?.card as GateCard, profile: profileOf(profile) },
    ...{ stateful, backup_verified, backup_denied },
    audit: { coverage, problem: null },
    sources: { required: 1, seen },
    ...(frozen && { freezes: [freeze], thaw }),
    unknown_facts: [
      ...(stateful === null ? [{ name: 'stateful', message: 'x' }] : []),
      ...(pod ? [] : [{ name: 'pod', message: 'x' }]),
    ],
  }))

type Edit = { place: string; size: number; make(input: GateInput): GateInput }

const onCard = (input: GateInput, edit: (card: GateCard) => GateCard): GateInput =>
  input.policy ? { ...input, policy: { ...input.policy, card: edit(input.policy.card) } } : input

/** Everything that anybody could change for the better, written down apart from the code that is tested. */
const editsOf = (input: GateInput): Edit[] => [
  ...AXES.flatMap((axis) =>
    [0, 1, 2, 3, 4, 5].map((to) => ({
      place: axis,
      size: to - (input.policy?.card.scores[axis]?.score ?? 0),
      make: (given: GateInput) =>
        onCard(given, (card) => ({
          ...card,
          scores: { ...card.scores, [axis]: { score: to, evidence: [], reduction: null } },
        })),
    })),
  ),
  ...[
    { rollback_condition_present: true },
    { blast_radius_known: true },
    { radius_of_impact: 'deployment' as const },
    { dry_run_verified: true },
  ].map((members) => ({
    place: Object.keys(members).join(),
    size: 1,
    make: (given: GateInput) => onCard(given, (card) => ({ ...card, ...members })),
  })),
  ...[
    (given: GateInput) => ({ ...given, backup_verified: true }),
    (given: GateInput) => ({ ...given, backup_denied: false }),
    (given: GateInput) => ({ ...given, audit: { coverage: 1, problem: null } }),
    (given: GateInput) => ({ ...given, sources: { required: 1, seen: ['grafana'] } }),
    (given: GateInput) => ({ ...given, freezes: [] }),
    (given: GateInput) => ({ ...given, unknown_facts: given.unknown_facts.filter(({ name }) => name !== 'pod') }),
    (given: GateInput) =>
      given.stateful === null
        ? { ...given, stateful: false, unknown_facts: given.unknown_facts.filter(({ name }) => name !== 'stateful') }
        : given,
  ].map((make, n) => ({ place: `other ${n}`, size: 1, make })),
]

/** Whether so many edits in different places, which together change less than `size`, make it pass. */
const passesWith = (input: GateInput, edits: readonly Edit[], count: number, size: number): boolean => {
  if (judge(input).mode === 'auto') return size > 0
  if (count === 0) return false
  return edits.some((edit, at) =>
    passesWith(
      edit.make(input),
      edits.slice(at + 1).filter(({ place }) => place !== edit.place),
      count - 1,
      size - edit.size,
    ),
  )
}

describe('of random blocked inputs', () => {
  it('the changes make them pass, and none of them can be left out', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const flip = flipped(input)
        expect(judge(withChanges(input, flip))).toMatchObject({ mode: 'auto', blockers: [] })
        for (const step of flip)
          expect(
            judge(
              withChanges(
                input,
                flip.filter((other) => other !== step),
              ),
            ).mode,
          ).not.toBe('auto')
        expect(flipped(structuredClone(input))).toEqual(flip)
      }),
      { numRuns: 500 },
    )
  })

  it('no fewer changes do, and no smaller ones of the same number', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const flip = flipped(input)
        fc.pre(flip.length === 1 || flip.length === 2)
        const size = flip.reduce(
          (sum, { from, to, change }) => sum + (change === 'score' ? Number(to) - Number(from) : 1),
          0,
        )
        const edits = editsOf(input)
        expect(passesWith(input, edits, flip.length - 1, Number.POSITIVE_INFINITY)).toBe(false)
        expect(passesWith(input, edits, flip.length, size)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })
})
