/** Whether a run of `npm run perf` is good enough: against the objectives, and against the baseline. Pure. */
import { type Latency, median } from '../measure.ts'
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
  /** interlock/bare of each round: p95 of a scenario with a rate, throughput of one without. */
  ratios: { p95: readonly number[] } | { throughput: readonly number[] }
}

/** Sentences; all is well where nothing is wrong. */
export interface Judgement {
  wrong: string[]
  /** Beyond the tolerance, and no regression that these rounds could show. */
  unproven: string[]
}

/** A figure that is not a number is never good enough. */
export const judge = (name: string, figures: Figures, plan: PerfPlan, baseline: Baseline): Judgement => {
  const { slo } = plan
  const atMost = (what: string, value: number, most: number, unit: string) =>
    value <= most ? [] : [`${name}: ${what} is ${round(value)}${unit}, the objective is ${round(most)}${unit}`]
  const missed = [
    ...atMost('p99 of the accept', figures.accept_ms.p99, slo.accept_p99_ms, ' ms'),
    ...atMost('p99 until the verdict', figures.verdict_ms.p99, slo.verdict_p99_ms, ' ms'),
    ...atMost('the share of errors', figures.errors / figures.sent, slo.error_share, ''),
    ...atMost('the number of lost incidents', figures.lost, 0, ''),
  ]
  const { wrong = [], unproven = [] } = regression(name, figures, plan.tolerance, baseline[name])
  return { wrong: [...missed, ...wrong], unproven }
}

/** By the median round. */
export const ratioOf = ({ ratios }: Pick<Figures, 'ratios'>): { p95: number } | { throughput: number } =>
  'p95' in ratios ? { p95: median(ratios.p95) } : { throughput: median(ratios.throughput) }

/**
 * Where nothing became slower, a round is as likely to be better than the baseline as worse, so that five of five are worse
 * once in 32 runs. A median beyond the tolerance without that may be what else the machine did.
 */
const regression = (
  name: string,
  { ratios }: Figures,
  tolerance: PerfPlan['tolerance'],
  before: Baseline[string] | undefined,
): Partial<Judgement> => {
  const [kind, rounds] = 'p95' in ratios ? (['p95', ratios.p95] as const) : (['throughput', ratios.throughput] as const)
  const then = before?.[kind]
  if (then === undefined)
    return { wrong: [`${name}: the baseline has no ${kind} ratio: measure one with --save-baseline`] }
  const [sign, most] = kind === 'p95' ? [1, then * (1 + tolerance.p95)] : [-1, then * (1 - tolerance.throughput)]
  const now = median(rounds)
  if (sign * now <= sign * most) return {}
  const told = `${name}: the ${kind} ratio to the bare engine is ${round(now)} (rounds: ${rounds.map(round).join(', ')}), was ${round(then)}, may be ${round(most)}`
  return rounds.some((one) => sign * one <= sign * then)
    ? { unproven: [`${told}; not every round is worse than it was, so it proves nothing`] }
    : { wrong: [told] }
}

const round = (value: number): string => String(Number(value.toPrecision(3)))
