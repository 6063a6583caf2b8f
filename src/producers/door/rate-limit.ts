/** How often one address may deliver for one source, counted in Redis over all replicas. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import type { Source } from '../../shared/sources/source.ts'
import { ComeAgain } from './come-again.ts'
import { redisPermits } from './redis-permits.ts'
import { senderOf } from './sender-of.ts'
import { clientAddress } from './trusted-proxies.ts'

const RATE_WINDOW_SECONDS = 10

export interface RateLimit {
  /** Deliveries in a window. */
  max: number
  redis: Redis
  /** What the counters' keys begin with. Each is gone after its window, so that there are never more than deliveries in one. */
  prefix: string
}

/** Both throw ComeAgain where there were too many. */
export interface RateLimiter {
  /** Before it is read: a sender that was found beyond the limit is so to the window's end, and Redis need not be asked. */
  recall(source: Source, request: FastifyRequest): void
  /** Once it is proven, so that nobody uses up what another may send. Throws what Redis throws: then nothing is accepted. */
  count(source: Source, request: FastifyRequest): Promise<void>
}

/** Two spellings of a source's address have one name. */
const keyOf = (request: FastifyRequest) =>
  `${(request.params as { source: string }).source.replaceAll('-', '_')}:${senderOf(clientAddress(request))}`

export const addRateLimit = async (
  webhooks: FastifyInstance,
  { max, redis, prefix }: RateLimit,
): Promise<RateLimiter> => {
  const timeWindow = RATE_WINDOW_SECONDS * 1000
  await webhooks.register(rateLimit, {
    global: false,
    store: redisPermits(redis, prefix),
    max,
    timeWindow,
    keyGenerator: keyOf,
  })
  const count = webhooks.createRateLimit()
  /** Until when, by the clock of `performance`; forgotten then. None gets here without as many proven deliveries. */
  const beyond = new Map<string, number>()
  const refuse = (source: Source, ms: number): never => {
    const detail = `more than ${max} deliveries of ${source.title} came from one address in ${RATE_WINDOW_SECONDS} s`
    throw new ComeAgain(source, 'rate_limited', detail, Math.max(1, Math.ceil(ms / 1000)))
  }
  return {
    recall: (source, request) => {
      if (beyond.size === 0) return
      const until = beyond.get(keyOf(request))
      if (until !== undefined) refuse(source, until - performance.now())
    },
    count: async (source, request) => {
      const counted = await count(request)
      if (counted.isAllowed || !counted.isExceeded) return
      const { key, ttl } = counted
      if (!beyond.has(key)) setTimeout(() => beyond.delete(key), ttl).unref()
      beyond.set(key, performance.now() + ttl)
      refuse(source, ttl)
    },
  }
}
