/** Every metric Interlock exports. `/metrics` reads only what is in memory here and never waits for Redis. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { SourceName } from '../contracts/alert.ts'
import { StageName } from '../contracts/audit-record.ts'
import { VerdictName } from '../contracts/incident.ts'

/** Upper edges in seconds; every SLO threshold (0.25, 30, 300, 900) lies on one. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900]

const WEBHOOK_OUTCOMES = ['accepted', 'attached', 'duplicate', 'closed', 'ignored', 'rejected', 'invalid'] as const

const RECONCILED = ['put_back', 'dead_lettered', 'unreadable'] as const

export type Metrics = ReturnType<typeof createMetrics>

/** One registry a process, its series initialised to 0 so that a rate exists before the first event. */
export const createMetrics = (version: string) => {
  const registry = new Registry()
  const registers = [registry]
  // promtool refuses gauges named *_total; these three are prom-client's own.
  collectDefaultMetrics({ register: registry })
  for (const name of ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'])
    registry.removeSingleMetric(name)

  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `interlock_${name}`, help, labelNames: [...labelNames], registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets = SECONDS,
  ) => new Histogram({ name: `interlock_${name}`, help, labelNames: [...labelNames], buckets, registers })

  const metrics = {
    registry,
    httpRequestDuration: histogram('http_request_duration_seconds', 'Requests by route template.', [
      'route',
      'method',
      'code',
    ]),
    webhookEvents: counter('webhook_events_total', 'Alerts received, by what became of them.', ['source', 'outcome']),
    jobsEnqueued: counter('jobs_enqueued_total', 'Jobs added to a queue.', ['queue']),
    jobsProcessed: counter('jobs_processed_total', 'Jobs a stage has finished.', ['queue', 'outcome']),
    jobDuration: histogram('job_duration_seconds', 'Service time of a job.', ['queue']),
    jobWait: histogram('job_wait_seconds', 'From runnable to start, first attempt only.', ['queue']),
    jobRetries: counter('job_retries_total', 'Attempts that failed and are tried again.', ['queue']),
    jobsDeadLettered: counter('jobs_dead_lettered_total', 'Jobs given up on.', ['queue']),
    jobsStalled: counter('jobs_stalled_total', 'Jobs whose worker vanished and which another took up.', ['queue']),
    workerConcurrency: new Gauge({
      name: 'interlock_worker_concurrency',
      help: 'Jobs this process works on at once.',
      labelNames: ['queue'],
      registers,
    }),
    e2eDuration: histogram('e2e_duration_seconds', 'From accepted to verdict.', ['outcome']),
    verdicts: counter('verdicts_total', 'Incidents ended, by verdict.', ['verdict']),
    blockers: counter('blockers_total', 'Blockers that held an incident.', ['stage', 'code']),
    readinessScore: histogram(
      'readiness_score',
      'Readiness totals, 0 to 25.',
      [],
      [5, 10, 15, 18, 19, 20, 21, 22, 23, 24, 25],
    ),
    reconciled: counter('reconciled_total', 'Incidents in flight found in no queue, by what was done.', ['outcome']),
    accountingImbalance: new Gauge({
      name: 'interlock_accounting_imbalance',
      help: 'Alerts received less those in any other count; absent while Redis does not answer.',
      registers,
    }),
    /** No series before the first reading, nor after one that failed: 0 would look healthy. */
    killSwitchActive: new Gauge({
      name: 'interlock_kill_switch_active',
      help: 'Emergency stops in force, by kind of scope.',
      labelNames: ['scope'],
      registers,
    }),
    killSwitchHeld: new Gauge({
      name: 'interlock_kill_switch_held_jobs',
      help: 'Jobs that emergency stops hold back.',
      labelNames: [],
      registers,
    }),
    dependencyRequestDuration: histogram(
      'dependency_request_duration_seconds',
      'Requests to other systems, each try counted.',
      ['dependency', 'operation', 'outcome'],
    ),
    /** No series where the system is not set up. */
    circuitOpen: new Gauge({
      name: 'interlock_circuit_open',
      help: '1 while a system that failed repeatedly is left alone.',
      labelNames: ['dependency'],
      registers,
    }),
    invariantViolations: counter('invariant_violations_total', 'Breaches of what must never happen.', ['invariant']),
  }
  new Gauge({ name: 'interlock_build_info', help: 'What runs here.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )

  metrics.killSwitchHeld.remove()
  for (const verdict of VerdictName.options) metrics.verdicts.inc({ verdict }, 0)
  for (const source of SourceName.options)
    for (const outcome of WEBHOOK_OUTCOMES) metrics.webhookEvents.inc({ source, outcome }, 0)
  for (const queue of StageName.options) {
    metrics.jobsEnqueued.inc({ queue }, 0)
    metrics.jobRetries.inc({ queue }, 0)
    metrics.jobsDeadLettered.inc({ queue }, 0)
    metrics.jobsStalled.inc({ queue }, 0)
    for (const outcome of ['next', 'stop', 'skipped', 'failed']) metrics.jobsProcessed.inc({ queue, outcome }, 0)
  }
  for (const outcome of RECONCILED) metrics.reconciled.inc({ outcome }, 0)
  // Unknown is not 0: it appears with the first answer of Redis.
  metrics.accountingImbalance.remove()
  metrics.invariantViolations.inc({ invariant: 'dry_run_before_readiness' }, 0)
  return metrics
}
