/** One stage's BullMQ worker: the stage's processor, the fused hand-off, and the metrics and log lines round them. */
import { type Job, type JobJson, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { StageName } from '../shared/contracts/audit-record.ts'
import { fieldsOf } from '../shared/ledger/incident-fields.ts'
import { handoffBackend } from '../shared/queue/handoff-backend.ts'
import { ReadAhead } from '../shared/queue/read-ahead.ts'
import { keyPrefix } from '../shared/queue/stage-queues.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { Tracing } from '../shared/telemetry/tracing.ts'
import { isSuspect, sendAway } from './crash-suspects.ts'
import { deadLetter } from './dead-letter.ts'
import { failureReason } from './failure-reason.ts'
import { beat, isHeartbeat } from './heartbeat.ts'
import { hold } from './hold.ts'
import { observeDeadLetter } from './observe-dead-letter.ts'
import { observeDecision } from './observe-decision.ts'
import { PIPELINE, stageAfter } from './pipeline.ts'
import type { Expiries } from './review/expiry-job.ts'
import { runStage, type StageContext, startsFrom } from './run-stage.ts'

export interface WorkerSettings {
  redis: Redis
  installation: string
  concurrency: number
  context: StageContext
  metrics: Metrics
  log: Log
  /** Without it, reviews expire by the round of upkeep alone. */
  expiries?: Expiries
  tracing?: Tracing
}

/**
 * A stage takes milliseconds, so a lock held for 10 s without renewal belongs to a dead worker. With a check every 5 s
 * its job is taken up after at most 15 s, half of the 30 s in which 99 % of incidents must reach their verdict.
 */
const LOCK = { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 5 }

/** Knows how many jobs it has in hand, from the fetch to the commit: BullMQ itself stops counting before the commit. */
class BusyWorker extends Worker {
  active = 0

  /** What somebody wrote in must not come back for ever, never begun: it names nothing, so it fails, and upkeep ends its incident. */
  protected override createJob(job: JobJson, id: string): Job {
    try {
      return super.createJob(job, id)
    } catch {
      return super.createJob({ ...job, data: '{}' }, id)
    }
  }

  override async processJob(...args: Parameters<Worker['processJob']>): ReturnType<Worker['processJob']> {
    const [{ id = '', parent, parentKey }] = args
    this.active++
    try {
      // No job of ours has one: what somebody wrote in would fail every try to end it.
      if (parent || parentKey) await (this.opts.connection as Redis).hdel(this.toKey(id), 'parent', 'parentKey')
      return await super.processJob(...args)
    } finally {
      this.active--
    }
  }
}

export const startStageWorker = (
  name: StageName,
  { redis, installation, concurrency, context, metrics, log, expiries, tracing }: WorkerSettings,
): Worker => {
  const stage = PIPELINE.find((candidate) => candidate.name === name)
  if (!stage) throw new Error(`there is no stage ${name}`)
  const readAhead = new ReadAhead()
  const run = runStage(stage, context, readAhead)
  const wait = metrics.jobWait.labels({ queue: name })
  const labels = { queue: name }
  const worker = new BusyWorker(
    name,
    (job, token) => {
      if (isHeartbeat(job)) return beat(name, context)
      if (tracing && job.id) tracing.about([job.id])
      if (job.attemptsStarted === 1) wait.observe((Date.now() - runnableAt(job)) / 1000)
      return isSuspect(job) ? sendAway(job, token) : run(job)
    },
    {
      connection: redis,
      prefix: keyPrefix(installation),
      concurrency,
      ...LOCK,
      ...(tracing && { telemetry: tracing.telemetry }),
    },
    handoffBackend(redis, {
      ledgerKeys: context.ledger.keys,
      deadLetter: deadLetter(name, context),
      hold: hold(name, context),
      readAhead,
      fields: fieldsOf(startsFrom(name)),
      trace: stage.trace,
    }),
  )
  metrics.workerConcurrency.set({ queue: name }, concurrency)
  metrics.workerActiveJobs.follow({ queue: name }, () => worker.active)
  worker.on('completed', (job, { summary }) => {
    if (isHeartbeat(job)) {
      metrics.heartbeat.set({ stage: name }, Date.now() / 1000)
      return
    }
    const milliseconds = (job.finishedOn ?? 0) - (job.processedOn ?? 0)
    metrics.jobDuration.observe(labels, milliseconds / 1000, job.id)
    observeDecision(name, stageAfter(name), summary, milliseconds, metrics, log)
    if ('verdict' in summary && summary.verdict) expiries?.follow(summary.incident_id, summary.verdict)
  })
  worker.on('failed', (job, err) => {
    if (isHeartbeat(job)) {
      log.event('heartbeat_failed', { queue: name, err })
      return
    }
    const final = !job || job.finishedOn !== undefined
    metrics.jobsProcessed.inc({ queue: name, outcome: 'failed' })
    const reason = failureReason(err)
    if (final) void observeDeadLetter(name, job?.id, reason, context.ledger, metrics)
    else metrics.jobRetries.inc({ queue: name, reason })
    log.event(final ? 'dead_lettered' : 'stage_failed', { incident_id: job?.id, queue: name, err })
  })
  worker.on('stalled', (id) => {
    if (!isHeartbeat({ id })) metrics.jobsStalled.inc({ queue: name })
  })
  worker.on('lockRenewalFailed', (ids) => metrics.lockRenewalFailures.inc({ queue: name }, ids.length))
  worker.on('error', (err) => log.event('redis_error', { queue: name, err }))
  return worker
}

const runnableAt = (job: Job) => job.timestamp + (job.opts.delay ?? 0)
