/** Facts that are asked of Prometheus while an incident is decided: how a policy asks, and what was answered. */
import { z } from 'zod'
import { FactName, MaxAge } from './facts.ts'
import { Timestamp } from './identifiers.ts'

const COMPARISON = /^(==|!=|>=|<=|>|<)\s*(-?\d{1,15}(?:\.\d{1,15})?)$/

const Operator = z.enum(['==', '!=', '>=', '<=', '>', '<'])

const Comparison = z.strictObject({ operator: Operator, number: z.number() })

const WrittenComparison = z
  .string()
  .regex(COMPARISON, 'a comparison is an operator and a number, e.g. ">= 1"')
  .transform((text): z.infer<typeof Comparison> => {
    const [, operator, number] = COMPARISON.exec(text) ?? []
    return { operator: Operator.parse(operator), number: Number(number) }
  })

/**
 * One entry under `facts` of a readiness.yaml. `prometheus` and `as_of` are PromQL, in which `"$service"`, `"$namespace"`
 * and `"$pod"` stand for the incident's own; `as_of` gives the Unix time at which the value was true.
 */
export const AskedFact = z.strictObject({
  prometheus: z.string().trim().min(1),
  as_of: z.string().trim().min(1).optional(),
  /** With it the fact is whether the comparison holds, without it the number itself. */
  compare: WrittenComparison.optional(),
  max_age: MaxAge,
})

/** The same once read; `max_age` in ms. */
export const Asks = z.record(
  FactName,
  z.strictObject({
    prometheus: z.string(),
    as_of: z.string().optional(),
    compare: Comparison.optional(),
    max_age: z.int().positive(),
  }),
)
export type Asks = z.infer<typeof Asks>

/** Two instant queries, ready to be pasted into Prometheus. */
export const Query = z.strictObject({ value: z.string(), as_of: z.string() })
export type Query = z.infer<typeof Query>

/** `problem` says why there is no sample, in words on which on-call can act. */
export const Answer = z.union([
  z.strictObject({ sample: z.number(), as_of: Timestamp }),
  z.strictObject({ problem: z.string().min(1) }),
])
export type Answer = z.infer<typeof Answer>

/** What was asked and answered, by the name of the fact. No query: the incident does not say what the policy asks about. */
export const Answers = z.record(FactName, z.strictObject({ query: Query.nullable(), answer: Answer }))
export type Answers = z.infer<typeof Answers>
