/** Every expression of the dashboards, asked of a real Prometheus that scrapes a real pipeline under mixed load. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendMixed, stopMeanwhile } from '../support/mixed-load.ts'
import { type ObservedPipeline, openObservedPipeline } from '../support/observed-pipeline.ts'
import { eventually, killAll } from '../support/processes.ts'
import { askPrometheus } from './ask-prometheus.ts'
import { expressionsOf, readDashboards } from './parts.ts'

const expressions = readDashboards().flatMap(expressionsOf)

let pipeline: ObservedPipeline
let from: number

beforeAll(async () => {
  pipeline = await openObservedPipeline()
  from = Date.now() / 1000
  const next = await sendMixed(pipeline, { from: 0, seconds: 3, rate: () => 10 })
  await stopMeanwhile(pipeline, () => sendMixed(pipeline, { from: next, seconds: 6, rate: () => 10 }))
}, 180_000)
afterAll(async () => {
  await pipeline?.close()
  killAll()
})

/** The values there are; NaN is what a rate of nothing gives. */
const valuesOf = async (expr: string): Promise<number[]> => {
  const span = { from, to: Date.now() / 1000, step: 1, rateInterval: '5s' }
  const series = await askPrometheus(pipeline.prometheus, expr, span, false)
  return series.flatMap(({ samples }) => samples.map(([, value]) => value)).filter((value) => !Number.isNaN(value))
}

/** What the load is to bring about; without it an expression might return the 0 that every counter begins with. */
const HAPPENED = {
  'an incident passes': 'interlock_verdicts_total{verdict="dry_run_passed"}',
  'one awaits a person': 'interlock_reviews_waiting',
  'one is blocked': 'interlock_verdicts_total{verdict="blocked"}',
  'one is closed': 'interlock_verdicts_total{verdict="closed"}',
  'one is dead-lettered': 'interlock_verdicts_total{verdict="dead_lettered"}',
  'a job is tried again': 'interlock_job_retries_total',
  'a delivery repeats': 'interlock_webhook_events_total{outcome="duplicate"}',
  'a source attaches': 'interlock_webhook_events_total{outcome="attached"}',
  'a delivery is not understood': 'interlock_webhook_events_total{outcome="rejected"}',
  'a kill switch is in force': 'interlock_kill_switch_active',
  'Prometheus is asked for a fact': 'interlock_dependency_request_duration_seconds_count{outcome="ok"}',
  'a blocker holds': 'interlock_blockers_open',
  'a blocker is resolved': 'interlock_blocker_resolution_duration_seconds_count',
}

it.each(Object.entries(HAPPENED))('under the load %s', async (_, expr) => {
  await eventually(async () => expect(Math.max(...(await valuesOf(expr)))).toBeGreaterThan(0), 30_000)
})

// The first heartbeat, and the first look at all chains, come within half a minute.
it('every expression returns a number, without exception', async () => {
  await eventually(async () => {
    const counts = await Promise.all(
      expressions.map(async ({ where, expr }) => [where, (await valuesOf(expr)).length] as const),
    )
    expect(counts.filter(([, count]) => count === 0)).toEqual([])
  })
})
