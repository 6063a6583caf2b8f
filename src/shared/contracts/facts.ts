/** Facts: what is known about a target now, each with where it comes from and when it was known. */
import { z } from 'zod'
import { Timestamp } from './identifiers.ts'

export const FactName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a fact name looks like remaining_quota')
export const FactValue = z.union([z.boolean(), z.number(), z.string()])
export type FactValue = z.infer<typeof FactValue>

/** A fact that is not in the record is unknown, and unknown never counts as pass. */
export const Fact = z.object({ value: FactValue, source: z.string(), as_of: Timestamp })
export type Fact = z.infer<typeof Fact>

export const Facts = z.record(FactName, Fact)
export type Facts = z.infer<typeof Facts>
