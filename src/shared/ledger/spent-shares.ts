/** What the scripts say of budgets with nothing left, parsed. */
import { z } from 'zod'
import type { Spent } from '../contracts/share.ts'

const orFalse = z.union([z.string(), z.literal(false)])

/** A score is in ms. */
const Reply = z.array(
  z.tuple([...([z.string(), z.number(), z.number(), z.number()] as const), ...([orFalse, orFalse, orFalse] as const)]),
)

const timestamp = (ms: number): string => new Date(ms).toISOString()

/** Throws a ZodError for what the scripts do not say. */
export const parseSpent = (reply: unknown): Spent[] =>
  Reply.parse(reply).map(([scope, limit, window, passes, frees, last, at]) => ({
    scope,
    limit,
    window,
    passes,
    free_at: frees === false ? null : timestamp(Number(frees) + window),
    last: last === false ? null : { incident_id: last, at: timestamp(Number(at)) },
  }))

/** Other passes hold all there is of a budget: nothing was committed, and it is decided again, knowing that. */
export class SharesSpent extends Error {
  readonly spent: Spent[]
  constructor(spent: Spent[]) {
    super(`nothing is left of ${spent.map(({ scope }) => scope).join(', ')}`)
    this.spent = spent
  }
}
