/** What Prometheus answers to an instant query, as one number; or why it is none, in words on which on-call can act. Pure. */
import { z } from 'zod'

const Series = z.object({
  metric: z.record(z.string(), z.string()),
  /** When it was evaluated, and the number as text. */
  value: z.tuple([z.number(), z.string()]),
})
const Success = z.object({
  status: z.literal('success'),
  data: z.object({ resultType: z.string(), result: z.array(z.unknown()) }),
  /** Some stores answer with what they could reach and say so here. */
  warnings: z.array(z.string()).default([]),
  /** Others say no more than that. */
  isPartial: z.boolean().default(false),
})
const Failure = z.object({ status: z.literal('error'), error: z.string() })

export type Sample = { sample: number; problem: null } | { sample: null; problem: string }

const none = (problem: string): Sample => ({ sample: null, problem })

/** Texts of others: one line, and not too long for a reason. */
const brief = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `text` is the body of an answer with status 200. */
export const readSample = (text: string): Sample => {
  const { data: answer } = Success.safeParse(parsed(text))
  if (!answer) return none(`the answer is not one of Prometheus (${brief(text) || 'empty'}): check PROMETHEUS_URL`)
  const [warning] = answer.warnings
  if (warning !== undefined) return none(`the answer is not complete: ${brief(warning)}`)
  if (answer.isPartial) return none('the answer is not complete: some of what stores it did not answer (isPartial)')
  const { resultType, result } = answer.data
  if (resultType !== 'vector') return none(`it gives a ${resultType}; write an expression that gives one series`)
  if (result.length === 0) return none('no series matches it')
  const series = z.array(Series).safeParse(result.slice(0, 2)).data
  if (!series) return none('it gives something that is not a number')
  const labels = series.map(({ metric }) => JSON.stringify(metric))
  if (result.length > 1)
    return none(
      `${result.length} series match it, not one (${brief(labels.join(', '))}): aggregate with sum, min or max`,
    )
  const value = series[0]?.value[1] ?? ''
  const sample = Number(value)
  if (value.trim() === '' || !Number.isFinite(sample))
    return none(`its value is ${brief(value) || 'empty'}, not a number`)
  return { sample, problem: null }
}

const HINTS = new Map([
  [401, ': set PROMETHEUS_TOKEN_FILE to a file with a bearer token it accepts'],
  [403, ': the token in PROMETHEUS_TOKEN_FILE may not query'],
  [404, ': PROMETHEUS_URL must be the address before /api/v1/query'],
])

/** Why an answer with another status, which asking again will not change, is none. */
export const refusal = (status: number, text: string): string => {
  const { data } = Failure.safeParse(parsed(text))
  return data ? `Prometheus refuses it: ${brief(data.error)}` : `HTTP ${status}${HINTS.get(status) ?? ''}`
}
