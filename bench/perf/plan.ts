/** The plan of `npm run perf`: scenarios, objectives and tolerances, from YAML. */
import { z } from 'zod'

const seconds = z.int().min(1).max(3600)

/** Deliveries a second, or so many connections that each send the next when the one before is answered. */
export const Scenario = z.union([
  z.strictObject({ seconds, rate: z.int().min(1).max(10_000) }),
  z.strictObject({ seconds, connections: z.int().min(1).max(1000) }),
])
export type Scenario = z.infer<typeof Scenario>

export const PerfPlan = z.strictObject({
  slo: z.strictObject({
    accept_p99_ms: z.number().positive(),
    verdict_p99_ms: z.number().positive(),
    /** Of the deliveries that were sent. */
    error_share: z.number().min(0).max(1),
  }),
  /** How much worse a ratio may be than the baseline's, as a share of it. */
  tolerance: z.strictObject({ p95: z.number().positive(), throughput: z.number().positive() }),
  scenarios: z.record(z.string(), Scenario).refine((scenarios) => Object.keys(scenarios).length > 0),
})
export type PerfPlan = z.infer<typeof PerfPlan>

/** Of each scenario, the ratio interlock/bare of what it is judged by: p95 where it has a rate, else throughput. */
export const Baseline = z.record(z.string(), z.strictObject({ p95: z.number(), throughput: z.number() }).partial())
export type Baseline = z.infer<typeof Baseline>
