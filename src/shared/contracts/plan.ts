/** A plan: what an executor outside Interlock would change, as data. Nothing in Interlock can carry it out. */
import { z } from 'zod'
import { Radius } from './card.ts'
import { FactName, FactValue } from './facts.ts'

/** The part of a resource that changes, and nothing else of it. */
const State = z.record(z.string().min(1), FactValue)

const Change = z.strictObject({
  verb: z.enum(['delete', 'patch', 'restart']),
  resource: z.strictObject({ kind: z.string().min(1), namespace: z.string().min(1), name: z.string().min(1) }),
  /** What must be there before the change; where it is not, the plan is about something else and must not be carried out. */
  before: State,
  after: State,
})

export const Plan = z.strictObject({
  action: z.string(),
  radius: Radius,
  change: Change,
  /** The facts it was computed from, as they were. Without their age: a fact that is read again and says the same is the same. */
  facts: z.record(FactName, FactValue),
  /** How the change is taken back, in the same terms; `change` is null only where nothing could be taken back. */
  rollback: z.strictObject({ description: z.string(), change: Change.nullable() }),
  /** Success is one metric against one threshold over two windows, each in whole minutes. */
  verification: z.strictObject({
    metric: z.string(),
    operator: z.enum(['<', '<=', '>', '>=']),
    threshold: z.number(),
    windows_minutes: z.tuple([z.int().positive(), z.int().positive()]),
  }),
  /** Counted from the change. Success that has not shown by then is none. */
  rollback_after_minutes: z.int().positive(),
})
export type Plan = z.infer<typeof Plan>
