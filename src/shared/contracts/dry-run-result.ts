/** What dry-run decides: the plan and its digest, or why there is none. */
import { z } from 'zod'
import { Blocker } from './blocker.ts'
import { FlipStep } from './flip.ts'
import { Sha256 } from './identifiers.ts'
import { Plan } from './plan.ts'

/** One condition of the spec as it was found; `message` says why it is not met. */
export const Precondition = z.strictObject({ condition: z.string(), met: z.boolean(), message: z.string().nullable() })
export type Precondition = z.infer<typeof Precondition>

export const DryRunResult = z.strictObject({
  outcome: z.enum(['pass', 'block']),
  action: z.string().nullable(),
  preconditions: z.array(Precondition),
  blockers: z.array(Blocker),
  /** The smallest changes that would turn the block into a pass. */
  flip: z.array(FlipStep),
  plan: Plan.nullable(),
  /** sha256 of the canonical JSON of `plan`: what an approval is bound to. */
  plan_digest: Sha256.nullable(),
})
export type DryRunResult = z.infer<typeof DryRunResult>
