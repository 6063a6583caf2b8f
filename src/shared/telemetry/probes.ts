/** `/healthz`, `/readyz` and `/metrics` of every process, the API and each worker alike. None of them needs a login. */
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Readiness } from '../contracts/health.ts'
import type { PolicySet } from '../contracts/policy.ts'
import type { Metrics } from './metrics.ts'

/** Null when the check holds, else what is wrong and what to do about it. */
export type ReadinessCheck = () => Promise<string | null> | string | null

const CHECK_DEADLINE_MS = 1000

const withDeadline = (check: ReadinessCheck): Promise<string | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_DEADLINE_MS} ms`), CHECK_DEADLINE_MS)
  })
  const run = async () => check()
  return Promise.race([run().catch((error: Error) => error.message), late]).finally(() => clearTimeout(timer))
}

/** Whether this Redis can be trusted with incidents: it answers, and it never evicts a key that has a TTL (a job's lock). */
const redisCheck =
  (redis: Redis): ReadinessCheck =>
  async () => {
    // INFO is answered by a Redis that still loads its data, too, and goes out before the connection takes anything else.
    if (redis.status !== 'ready') return 'no connection: Redis is away, or still loading its data'
    const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1]
    return policy === undefined || policy === 'noeviction'
      ? null
      : `maxmemory-policy is ${policy}: set it to noeviction`
  }

/** What must hold of every process; `isStopping` from the signal on, so that nobody sends it more work. */
export const standardChecks = (
  redis: Redis,
  policies: () => PolicySet,
  isStopping: () => boolean,
): Record<string, ReadinessCheck> => ({
  redis: redisCheck(redis),
  policies: () => (policies().digest ? null : 'no policy set is in force: look for policy_refused in the log'),
  process: () => (isStopping() ? 'shutting down: it finishes what it has in hand and takes nothing new' : null),
})

export const addProbes = (
  app: FastifyInstance,
  { checks, metrics }: { checks: Record<string, ReadinessCheck>; metrics: Metrics },
): void => {
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await withDeadline(check)) ?? 'ok'] as const),
    )
    const ready = results.every(([, result]) => result === 'ok')
    const answer: Readiness = { status: ready ? 'ready' : 'not_ready', checks: Object.fromEntries(results) }
    return reply.code(ready ? 200 : 503).send(answer)
  })
  app.get('/metrics', async ({ headers }, reply) => {
    const { registry, openMetrics } = metrics
    // Exemplars exist in OpenMetrics alone, which Prometheus asks for.
    const served = headers.accept?.includes('application/openmetrics-text') ? openMetrics : registry
    return reply.type(served.contentType).send(await served.metrics())
  })
}
