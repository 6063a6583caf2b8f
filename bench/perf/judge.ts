/** Whether a run of `npm run perf` is good enough: against the objectives, and against the baseline. Pure. */
import type { Latency } from '../measure.ts'
import type { Baseline, PerfPlan } from './plan.ts'

export interface Figures {
  sent: number
  /** Deliveries that were not acknowledged. */
  errors: number
  /** Acknowledged, and without a verdict at the end. */
  lost: number
  accept_ms: { p50: number; p99: number }
  verdict_ms: Latency
  /** Verdicts. */
  per_second: number
  /** interlock/bare in the same run: p95 of a scenario with a rate, throughput of one without. */
  ratio: { p95: number } | { throughput: number }
}

/** What is wrong, a sentence each; none where all is well. A figure that is not a number is never good enough. */
export const judge = (name: string, figures: Figures, { slo, tolerance }: PerfPlan, baseline: Baseline): string[] => {
  const atMost = (what: string, value: number, most: number, unit: string) =>
    value <= most ? [] : [`${name}: ${what} is ${round(value)}${unit}, the objective is ${round(most)}${unit}`]
  return [
    ...atMost('p99 of the accept', figures.accept_ms.p99, slo.accept_p99_ms, ' ms'),
    ...atMost('p99 until the verdict', figures.verdict_ms.p99, slo.verdict_p99_ms, ' ms'),
    ...atMost('the share of errors', figures.errors / figures.sent, slo.error_share, ''),
    ...atMost('the number of lost incidents', figures.lost, 0, ''),
    ...regression(name, figures.ratio, tolerance, baseline[name]),
  ]
}

const regression = (
  name: string,
  ratio: Figures['ratio'],
  tolerance: PerfPlan['tolerance'],
  before: Baseline[string] | undefined,
): string[] => {
  const [kind, now] = 'p95' in ratio ? (['p95', ratio.p95] as const) : (['throughput', ratio.throughput] as const)
  const then = before?.[kind]
  if (then === undefined) return [`${name}: the baseline has no ${kind} ratio: measure one with --save-baseline`]
  const worst = kind === 'p95' ? then * (1 + tolerance.p95) : then * (1 - tolerance.throughput)
  const holds = kind === 'p95' ? now <= worst : now >= worst
  return holds
    ? []
    : [`${name}: the ${kind} ratio to the bare engine is ${round(now)}, was ${round(then)}, may be ${round(worst)}`]
}

const round = (value: number): string => String(Number(value.toPrecision(3)))
