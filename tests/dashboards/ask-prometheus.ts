/** Asks Prometheus what a panel asks, as Grafana does once its variables have values. */
import { z } from 'zod'

const Sample = z.tuple([z.number(), z.string()])
const Answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: Sample.optional(),
        values: z.array(Sample).optional(),
      }),
    ),
  }),
})

export interface AskedSeries {
  labels: Record<string, string>
  /** Seconds and value, in order. */
  samples: [at: number, value: number][]
}

export interface Span {
  /** Unix time in seconds. */
  from: number
  to: number
  /** Seconds between two points. */
  step: number
  /** What `$__rate_interval` stands for: some scrapes. */
  rateInterval: string
}

/** The samples of the span, of every job; instant expressions give one, at its end. */
export const askPrometheus = async (
  url: string,
  expr: string,
  span: Span,
  instant: boolean,
): Promise<AskedSeries[]> => {
  const query = expr.replaceAll('$__rate_interval', span.rateInterval).replaceAll('$job', '.+')
  const { from, to, step } = span
  const when = instant ? { time: String(to) } : { start: String(from), end: String(to), step: String(step) }
  const path = instant ? 'query' : 'query_range'
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams({ query, ...when })}`)
  const text = await response.text()
  if (!response.ok) throw new Error(`Prometheus refuses ${query}: ${text}`)
  return Answer.parse(JSON.parse(text)).data.result.map(({ metric, value, values = value ? [value] : [] }) => ({
    labels: metric,
    samples: values.map(([at, number]) => [at, Number(number)]),
  }))
}
