/** What the blockers look at: one shape for a card given on the command line and for a live incident. */
import { z } from 'zod'
import type { Blocker } from '../../shared/contracts/blocker.ts'
import { AXES, type Axis, type ClassCard, type IncidentCard, Radius } from '../../shared/contracts/card.ts'
import type { Conflict } from '../../shared/contracts/normalized.ts'
import type { Freeze, Profile } from '../../shared/contracts/policy.ts'
import { CardScores } from '../../shared/contracts/ready.ts'
import type { Spent } from '../../shared/contracts/share.ts'

/** The part of a card that is judged. Null: the card does not say. */
export const GateCard = z.strictObject({
  scores: CardScores,
  rollback_condition_present: z.boolean().nullable(),
  blast_radius_known: z.boolean().nullable(),
  radius_of_impact: Radius.nullable(),
  dry_run_verified: z.boolean().nullable(),
})
export type GateCard = z.infer<typeof GateCard>

export interface GateInput {
  /** Null when there is no valid policy; `policy_problem` then says why. */
  policy: { card: GateCard; profile: Profile } | null
  policy_problem: Blocker | null
  /** `coverage` is what was handed in, of whatever type: only the number 1 is complete. */
  audit: { coverage: unknown; problem: string | null }
  /** Null: not known. */
  stateful: boolean | null
  backup_verified: boolean | null
  /** The card of the class says that no backup is verified: that stands, whatever the facts say. */
  backup_denied?: boolean
  /** One entry per fact that is needed and not known. */
  unknown_facts: { name: string; message: string }[]
  conflicts: Conflict[]
  sources: { required: number; seen: string[] }
  /** Those in force now. */
  freezes: Freeze[]
  /** RFC 3339: the first moment from now at which nothing is frozen. */
  thaw: string | null
  /** Budgets of passes with nothing left. */
  spent: Spent[]
}

export const scoreOf = (card: GateCard, axis: Axis): number => card.scores[axis]?.score ?? 0

export const totalOf = (card: GateCard): number => AXES.reduce((total, axis) => total + scoreOf(card, axis), 0)

/** Where stateful workloads have a threshold of their own, it also holds for those of which it is not known. */
export const thresholdOf = (profile: Profile, stateful: boolean | null): number =>
  stateful === false ? profile.auto : (profile.stateful_auto ?? profile.auto)

const scoresOf = (scores: IncidentCard['scores']): CardScores => {
  const stated: CardScores = {}
  for (const axis of AXES) {
    const entry = scores[axis]
    if (entry === undefined) continue
    const { score, evidence, as_of, reduction } = typeof entry === 'number' ? { score: entry, evidence: [] } : entry
    stated[axis] = { score, evidence, ...(as_of && { as_of }), reduction: reduction ?? null }
  }
  return stated
}

export const gateCard = (card: ClassCard | IncidentCard): GateCard => ({
  scores: scoresOf(card.scores),
  rollback_condition_present: card.checks.rollback_condition_present ?? null,
  blast_radius_known: card.checks.blast_radius_known ?? null,
  radius_of_impact: card.radius_of_impact ?? card.checks.radius_of_impact ?? null,
  dry_run_verified: card.dry_run_verified ?? card.checks.dry_run_verified ?? null,
})

/** A card on the command line speaks for itself: there are no sources, no freezes and no catalogue beside it. */
export const gateFromCard = (card: IncidentCard, profile: Profile): GateInput => ({
  policy: { card: gateCard(card), profile },
  policy_problem: null,
  audit: { coverage: card.checks.audit_trace_coverage, problem: null },
  stateful: card.stateful ?? null,
  backup_verified: card.checks.backup_verified ?? null,
  unknown_facts:
    card.stateful === undefined
      ? [{ name: 'stateful', message: 'stateful is missing: state it as true or false' }]
      : [],
  conflicts: [],
  sources: { required: 0, seen: [] },
  freezes: [],
  thaw: null,
  spent: [],
})
