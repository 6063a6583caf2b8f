/** Test data: a gate input to which no blocker applies. */
import { BUILT_IN_PROFILES, findProfile } from '../../shared/policy/profiles.ts'
import type { GateCard, GateInput } from './gate-input.ts'

const five = { score: 5, evidence: ['run 12'], reduction: null }

const passingCard: GateCard = {
  scores: { spec: five, implementation: five, verification: five, process: { ...five, score: 4 }, security: five },
  rollback_condition_present: true,
  blast_radius_known: true,
  radius_of_impact: 'pod',
  dry_run_verified: true,
}

export const profileOf = (name: string) => {
  const profile = findProfile(BUILT_IN_PROFILES, name)
  if (!profile) throw new Error(`no profile ${name}`)
  return profile
}

export const passingInput: GateInput = {
  policy: { card: passingCard, profile: profileOf('default') },
  policy_problem: null,
  audit: { coverage: 1, problem: null },
  stateful: false,
  backup_verified: true,
  unknown_facts: [],
  conflicts: [],
  sources: { required: 1, seen: ['grafana'] },
  freezes: [],
  thaw: null,
  spent: [],
}

type Scores = Partial<Record<keyof GateCard['scores'], number | null>>

/** The passing input with some scores changed; null takes the axis out. */
export const withScores = (changes: Scores, card: Partial<GateCard> = {}): GateInput => {
  const stated = Object.entries(changes).map(([axis, score]) => [axis, score === null ? undefined : { ...five, score }])
  const scores = { ...passingCard.scores, ...Object.fromEntries(stated) }
  return { ...passingInput, policy: { card: { ...passingCard, ...card, scores }, profile: profileOf('default') } }
}

export const withCard = (card: Partial<GateCard>): GateInput => withScores({}, card)
