/** What readiness decides and hands to dry-run: the judgement with everything a person needs to follow it. */
import { z } from 'zod'
import { Blocker } from './blocker.ts'
import { AXES } from './card.ts'
import { FlipStep } from './flip.ts'
import { IncidentClass, Sha256, Timestamp } from './identifiers.ts'
import { IncidentEvent } from './incident-event.ts'

/** The scores a card states, each since when, where it says so. An axis that is not there counts as 0. */
export const CardScores = z.partialRecord(
  z.enum(AXES),
  z.strictObject({
    score: z.number(),
    evidence: z.array(z.string()),
    as_of: Timestamp.optional(),
    reduction: z.string().nullable(),
  }),
)
export type CardScores = z.infer<typeof CardScores>

export const Mode = z.enum(['auto', 'semi_manual', 'blocked'])
export type Mode = z.infer<typeof Mode>

/** `score` and `threshold` are null where there is no card to take them from. */
export const Judgement = z.strictObject({
  outcome: z.enum(['pass', 'block']),
  score: z.number().nullable(),
  threshold: z.number().nullable(),
  mode: Mode,
  blockers: z.array(Blocker),
  /** The smallest changes that would turn the block into a pass. */
  flip: z.array(FlipStep),
})
export type Judgement = z.infer<typeof Judgement>

/** Path inside the policy folder; the commit is null outside a git checkout. */
export const SpecReference = z.strictObject({ commit: z.string().nullable(), digest: Sha256, path: z.string() })

export const Ready = z.strictObject({
  event: IncidentEvent,
  incident_class: IncidentClass,
  /** Null without a policy to name one. */
  action: z.string().nullable(),
  readiness: Judgement,
  /** The policy wants a person to confirm the first passing run of this action on this service. */
  needs_review: z.boolean(),
})
export type Ready = z.infer<typeof Ready>
