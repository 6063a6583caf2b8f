/** A worker process: the stages it was asked for, its probes, and an orderly end. */
import { hostname } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import Fastify from 'fastify'
import { type Config, retentionMs } from '../shared/config.ts'
import type { StageName } from '../shared/contracts/audit-record.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { openLifecycle } from '../shared/lifecycle.ts'
import { listenAt } from '../shared/listen-at.ts'
import { policiesInForce } from '../shared/policy/policies-in-force.ts'
import { connectWorker, whenReady } from '../shared/queue/redis.ts'
import { keepGauges } from '../shared/telemetry/keep-gauges.ts'
import { createLog } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { addProbes, standardChecks } from '../shared/telemetry/probes.ts'
import { timeCommands } from '../shared/telemetry/time-commands.ts'
import { startTracing } from '../shared/telemetry/tracing.ts'
import { VERSION } from '../shared/version.ts'
import { configuredPrometheus } from './facts/configured-prometheus.ts'
import { openExpiries } from './review/expiry-job.ts'
import { startStageWorker } from './stage-worker.ts'
import { startUpkeep } from './upkeep.ts'

/** Decisions are pure and short; concurrency hides the two round trips of each. 50 is where the bench levels off. */
const DEFAULT_CONCURRENCY = 50

/**
 * Left to itself the heap grows to four times what is alive in it before anything is collected. Three tenths more keep
 * a worker under 150 MB and costs it a few per cent of its speed: `npm run bench -- --worker-memory`.
 */
const HEAP_GROWTH = '--heap-growing-percent=30'

/** Resolves when the process was told to stop and has drained. Throws when it cannot start. */
export const work = async (config: Config, redisUrl: string, stages: readonly StageName[]): Promise<void> => {
  setFlagsFromString(HEAP_GROWTH)
  const log = createLog('worker', config.LOG_LEVEL)
  const metrics = createMetrics(VERSION, config.REVISION)
  const lifecycle = openLifecycle(log, metrics)
  const tracing = await startTracing(config, 'worker', log)
  const policies = await policiesInForce(config.POLICY_DIR, log)
  const redis = connectWorker(redisUrl)
  redis.on('error', (err) => log.event('redis_error', { err }))
  redis.on('ready', () => log.event('redis_ready'))
  timeCommands(redis, metrics)
  const probes = Fastify({ forceCloseConnections: true })
  let unwatch = () => {}
  try {
    await whenReady(redis)
    addProbes(probes, { checks: standardChecks(redis, policies.current, lifecycle.isStopping), metrics })
    await listenAt(probes, config.HOST, config.WORKER_PORT, 'WORKER_PORT')
    const ledger = new IncidentLedger(redis, config.QUEUE_PREFIX)
    unwatch = keepGauges(redis, ledger, 'worker', metrics)
    const context = {
      ledger,
      policies: policies.current,
      now: () => new Date().toISOString(),
      actor: `worker:${hostname()}:${process.pid}`,
      ...configuredPrometheus(config, metrics),
    }
    const concurrency = config.WORKER_CONCURRENCY ?? DEFAULT_CONCURRENCY
    const expiries = openExpiries(redis, config.QUEUE_PREFIX, policies.current, log)
    const settings = {
      redis,
      installation: config.QUEUE_PREFIX,
      concurrency,
      context,
      metrics,
      log,
      expiries,
      ...(tracing && { tracing }),
    }
    const workers = stages.map((stage) => startStageWorker(stage, settings))
    workers.push(await startUpkeep(settings, retentionMs(config)))
    await Promise.all(workers.map((worker) => worker.waitUntilReady()))
    const stopped = lifecycle.untilStopped(async () => {
      await Promise.all(workers.map((worker) => worker.close()))
      await expiries.close()
      await tracing?.close()
    })
    log.event('process_started', { stages, probes: probes.listeningOrigin })
    await stopped
  } finally {
    unwatch()
    await probes.close()
    policies.close()
    redis.disconnect()
  }
}
