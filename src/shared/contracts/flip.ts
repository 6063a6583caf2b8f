/** What would turn a block into a pass: changes that a person can make, and what no change of theirs lifts. */
import { z } from 'zod'

const Value = z.union([z.boolean(), z.number(), z.string()]).nullable()

/**
 * A list of these is the smallest set of changes that turns a block into a pass, proved by deciding again with all of them.
 * Where it holds a `none`, no set does: the rest of the list then lifts every other blocker.
 */
export const FlipStep = z.strictObject({
  /** `wait` for a time, `approval` of an action in the specify.md, `none`: what stands in the way, and who must act. */
  change: z.enum(['score', 'check', 'fact', 'sources', 'wait', 'approval', 'none']),
  /** What is changed: the category, the check, the fact, the action; of `none` the blocker's code. */
  name: z.string(),
  /** Null: not stated, or not known. */
  from: Value,
  /** The least that is enough. A fact whose value does not matter is to be `known`. */
  to: Value,
  /** For a person. */
  text: z.string().min(1),
})
export type FlipStep = z.infer<typeof FlipStep>

/** The step of a blocker that no change lifts. */
export const standsInTheWay = (name: string, text: string): FlipStep => ({
  change: 'none',
  name,
  from: null,
  to: null,
  text,
})
