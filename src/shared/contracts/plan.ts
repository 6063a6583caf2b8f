/** A plan: what an executor outside Interlock would change, as data. Nothing in Interlock can carry it out. */
import { z } from 'zod'
import { Radius } from './card.ts'

const Change = z.strictObject({
  verb: z.enum(['delete', 'patch']),
  resource: z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() }),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
})

export const Plan = z.strictObject({
  action: z.string(),
  radius: Radius,
  change: Change,
  /** How the change is taken back, in the same terms. */
  rollback: z.strictObject({ description: z.string(), change: Change.nullable() }),
  /** Success is one metric against one threshold over two windows, each in whole minutes. */
  verification: z.strictObject({
    metric: z.string(),
    operator: z.enum(['<', '<=', '>', '>=']),
    threshold: z.number(),
    windows_minutes: z.tuple([z.int().positive(), z.int().positive()]),
  }),
  rollback_after_minutes: z.int().positive(),
})
export type Plan = z.infer<typeof Plan>
