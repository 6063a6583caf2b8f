/** Facts: what is known about a target now, each with where it comes from, when it was known, and how long that counts. */
import { z } from 'zod'
import { Duration } from './duration.ts'
import { Timestamp } from './identifiers.ts'

export const FactName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a fact name looks like remaining_quota')
export const FactValue = z.union([z.boolean(), z.number(), z.string()])
export type FactValue = z.infer<typeof FactValue>

/**
 * A fact that is not in the record is unknown, and unknown never counts as pass. `max_age` in ms: older than that it is
 * unknown too. Without one it is a statement that stands until somebody changes it.
 */
export const Fact = z.object({
  value: FactValue,
  source: z.string(),
  as_of: Timestamp,
  max_age: z.int().positive().optional(),
})
export type Fact = z.infer<typeof Fact>

export const Facts = z.record(FactName, Fact)
export type Facts = z.infer<typeof Facts>

/** How long a fact may count, in ms. */
export const MaxAge = Duration.pipe(z.int().positive('max_age must be longer than nothing'))

const AS_OF = 'as_of is a day or a time with its zone, e.g. 2026-11-14 or 2026-11-14T03:00:00Z'
const DayOrTime = z.union([z.iso.datetime({ offset: true }), z.iso.date()])

/** When something was last seen to be so: a day counts from its beginning, so that a fact is never younger than it was. */
export const Instant = z
  .string(AS_OF)
  .refine((text) => DayOrTime.safeParse(text).success, AS_OF)
  .transform((text) => new Date(text).toISOString())

/** A fact as a person writes it down who saw that it was so, e.g. `{value: true, as_of: 2026-11-14, max_age: 7d}`. */
export const DatedFact = z.strictObject({ value: FactValue, as_of: Instant, max_age: MaxAge })
