/** The webhook API as a process: connects, listens, and drains when told to stop. */
import type { Redis } from 'ioredis'
import type { Config } from '../shared/config.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { openLifecycle } from '../shared/lifecycle.ts'
import { listenAt } from '../shared/listen-at.ts'
import { policiesInForce } from '../shared/policy/policies-in-force.ts'
import { connectProducer, whenReady } from '../shared/queue/redis.ts'
import { openQueue, UPKEEP_QUEUE } from '../shared/queue/stage-queues.ts'
import { keepGauges } from '../shared/telemetry/keep-gauges.ts'
import { createLog } from '../shared/telemetry/log.ts'
import { createMetrics, type Metrics } from '../shared/telemetry/metrics.ts'
import { timeCommands } from '../shared/telemetry/time-commands.ts'
import { startTracing } from '../shared/telemetry/tracing.ts'
import { VERSION } from '../shared/version.ts'
import { openDeliveryMemory } from './door/delivery-memory.ts'
import { fetchBytes } from './door/fetch-bytes.ts'
import { openIssuers } from './door/open-issuers.ts'
import { secretsInForce } from './door/secrets-in-force.ts'
import { openCertificates } from './door/sns-certificates.ts'
import { type WatchedLoad, watchLoad } from './door/watch-load.ts'
import { openOperators } from './operators/open-operators.ts'
import type { AnswerReview } from './review-route.ts'
import { createServer } from './server.ts'

/** Who answers reviews: the stages are not the producer's to know, so that it is handed in. */
export type OpenReviewer = (
  redis: Redis,
  installation: string,
  policies: () => PolicySet,
  metrics: Metrics,
) => { answer: AnswerReview; close(): Promise<unknown> }

/** Resolves when the process was told to stop and has drained. Throws when it cannot start. */
export const serve = async (config: Config, redisUrl: string, openReviewer: OpenReviewer): Promise<void> => {
  const log = createLog('api', config.LOG_LEVEL)
  const metrics = createMetrics(VERSION, config.REVISION)
  const lifecycle = openLifecycle(log, metrics)
  const tracing = await startTracing(config, 'api', log)
  const policies = await policiesInForce(config.POLICY_DIR, log)
  const secrets = await secretsInForce(config, policies.current, log)
  const redis = connectProducer(redisUrl)
  redis.on('error', (err) => log.event('redis_error', { err }))
  redis.on('ready', () => log.event('redis_ready'))
  timeCommands(redis, metrics)
  const operators = await openOperators(config, metrics, log)
  let unwatch = () => {}
  let load: WatchedLoad | undefined
  try {
    await whenReady(redis)
    const queue = openQueue('normalize', redis, config.QUEUE_PREFIX, tracing?.telemetry)
    queue.on('error', (err) => log.event('redis_error', { err }))
    // Only looked at, over the same connection: what fails there is told above.
    const others = (['readiness', 'dry-run', UPKEEP_QUEUE] as const).map((name) =>
      openQueue(name, redis, config.QUEUE_PREFIX).on('error', () => {}),
    )
    const queues = [queue, ...others]
    const ledger = new IncidentLedger(redis, config.QUEUE_PREFIX)
    unwatch = keepGauges(redis, ledger, 'api', metrics)
    load = watchLoad(redis, ledger.keys, log)
    const reviewer = openReviewer(redis, config.QUEUE_PREFIX, policies.current, metrics)
    const server = createServer({
      acceptance: {
        ledger,
        queue,
        policies: policies.current,
        memory: openDeliveryMemory(redis, ledger.keys),
      },
      redis,
      door: {
        secrets: secrets.current,
        certificates: openCertificates(),
        issuers: openIssuers(metrics, log),
        fetch: fetchBytes,
        takesUnsigned: config.NODE_ENV !== 'production',
      },
      queues,
      review: reviewer.answer,
      authenticate: operators.authenticate,
      isStopping: lifecycle.isStopping,
      metrics,
      log,
      ...(tracing && { tracing }),
      rateLimit: { max: config.WEBHOOK_RATE_LIMIT, redis, prefix: `${ledger.keys.prefix}rate:` },
      load: load.now,
      proxies: config.TRUSTED_PROXIES ?? [],
    })
    await listenAt(server, config.HOST, config.PORT, 'PORT')
    const stopped = lifecycle.untilStopped(async () => {
      await server.close()
      await Promise.all(queues.map((one) => one.close()))
      await reviewer.close()
      await tracing?.close()
    })
    log.event('process_started', { address: server.listeningOrigin, redis: redis.options.name ?? redis.options.host })
    await stopped
  } finally {
    unwatch()
    load?.end()
    secrets.close()
    policies.close()
    operators.close()
    redis.disconnect()
  }
}
