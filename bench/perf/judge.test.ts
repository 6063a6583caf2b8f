import { describe, expect, it } from 'vitest'
import { type Figures, judge } from './judge.ts'
import type { PerfPlan } from './plan.ts'

const PLAN: PerfPlan = {
  slo: { accept_p99_ms: 250, verdict_p99_ms: 30_000, error_share: 0.001 },
  tolerance: { p95: 0.2, throughput: 0.15 },
  scenarios: {},
}
const GOOD: Figures = {
  sent: 1000,
  errors: 1,
  lost: 0,
  accept_ms: { p50: 1, p99: 250 },
  verdict_ms: { p50: 5, p95: 8, p99: 30_000 },
  per_second: 100,
  ratios: { p95: [1.9, 3.1, 2.4, 2.4, 2.1] },
}
const BASELINE = { steady: { p95: 2 }, peak: { throughput: 0.4 } }

describe('judge', () => {
  it.each<[string, string, Figures]>([
    ['steady', 'the very edge of what is allowed', GOOD],
    ['peak', 'the very edge of what is allowed', { ...GOOD, ratios: { throughput: [0.34, 0.34, 0.31, 0.39, 0.3] } }],
    ['steady', 'a burst in two of five rounds', { ...GOOD, ratios: { p95: [2.1, 9, 2.2, 7, 2.3] } }],
    ['peak', 'much better than it was', { ...GOOD, ratios: { throughput: [0.9, 0.8, 0.7] } }],
  ])('%s: finds nothing at %s', (name, _, figures) => {
    expect(judge(name, figures, PLAN, BASELINE)).toEqual({ wrong: [], unproven: [] })
  })

  it.each<[string, Partial<Figures>, string]>([
    ['steady', { accept_ms: { p50: 1, p99: 251 } }, 'p99 of the accept is 251 ms, the objective is 250 ms'],
    [
      'steady',
      { verdict_ms: { p50: 1, p95: 2, p99: 40_000 } },
      'p99 until the verdict is 40000 ms, the objective is 30000 ms',
    ],
    [
      'steady',
      { verdict_ms: { p50: 1, p95: 2, p99: Number.NaN } },
      'p99 until the verdict is NaN ms, the objective is 30000 ms',
    ],
    ['steady', { errors: 2 }, 'the share of errors is 0.002, the objective is 0.001'],
    ['steady', { sent: 0, errors: 0 }, 'the share of errors is NaN, the objective is 0.001'],
    ['steady', { lost: 1 }, 'the number of lost incidents is 1, the objective is 0'],
    [
      'steady',
      { ratios: { p95: [2.01, 2.5, 2.5, 2.6, 2.2] } },
      'the p95 ratio to the bare engine is 2.5 (rounds: 2.01, 2.5, 2.5, 2.6, 2.2), was 2, may be 2.4',
    ],
    [
      'steady',
      { ratios: { p95: [Number.NaN] } },
      'the p95 ratio to the bare engine is NaN (rounds: NaN), was 2, may be 2.4',
    ],
    [
      'peak',
      { ratios: { throughput: [0.33, 0.39, 0.2] } },
      'the throughput ratio to the bare engine is 0.33 (rounds: 0.33, 0.39, 0.2), was 0.4, may be 0.34',
    ],
    ['new', {}, 'the baseline has no p95 ratio: measure one with --save-baseline'],
    ['peak', {}, 'the baseline has no p95 ratio: measure one with --save-baseline'],
  ])('%s %j: says what is wrong', (name, changes, finding) => {
    const judged = judge(name, { ...GOOD, ...changes }, PLAN, BASELINE)
    expect(judged).toEqual({ wrong: [`${name}: ${finding}`], unproven: [] })
  })

  it.each<[string, Figures['ratios'], string]>([
    ['steady', { p95: [2, 4, 5] }, 'the p95 ratio to the bare engine is 4 (rounds: 2, 4, 5), was 2, may be 2.4'],
    [
      'peak',
      { throughput: [0.2, 0.4, 0.3] },
      'the throughput ratio to the bare engine is 0.3 (rounds: 0.2, 0.4, 0.3), was 0.4, may be 0.34',
    ],
  ])(
    '%s: a median beyond the tolerance proves nothing while a round is as good as the baseline',
    (name, ratios, told) => {
      const unproven = `${name}: ${told}; not every round is worse than it was, so it proves nothing`
      expect(judge(name, { ...GOOD, ratios }, PLAN, BASELINE)).toEqual({ wrong: [], unproven: [unproven] })
    },
  )
})
