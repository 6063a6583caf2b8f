/** How often one address may deliver for one source, counted in Redis over all replicas. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import type { Source } from '../../shared/sources/source.ts'
import { ComeAgain } from './come-again.ts'
import { redisPermits } from './redis-permits.ts'

const RATE_WINDOW_SECONDS = 10

export interface RateLimit {
  /** Deliveries in a window. */
  max: number
  redis: Redis
  /** What the counters' keys begin with. Each is gone after its window, so that there are never more than deliveries in one. */
  prefix: string
}

/** Two spellings of a source's address have one name. */
const sourceIn = ({ params }: FastifyRequest) => (params as { source: string }).source.replaceAll('-', '_')

/**
 * What counts a delivery: throws ComeAgain where there were too many, and what Redis throws where that does not answer,
 * when nothing could be accepted either. An IPv6 network counts as one address: whoever has one has all of it.
 */
export const addRateLimit = async (
  webhooks: FastifyInstance,
  { max, redis, prefix }: RateLimit,
): Promise<(source: Source, request: FastifyRequest) => Promise<void>> => {
  await webhooks.register(rateLimit, {
    global: false,
    store: redisPermits(redis, prefix),
    max,
    timeWindow: RATE_WINDOW_SECONDS * 1000,
    keyGenerator: (request) => `${sourceIn(request)}:${rateLimit.normalizeIP(request.ip)}`,
  })
  const count = webhooks.createRateLimit()
  return async (source, request) => {
    const counted = await count(request)
    if (counted.isAllowed || !counted.isExceeded) return
    const detail = `more than ${max} deliveries of ${source.title} came from one address in ${RATE_WINDOW_SECONDS} s`
    throw new ComeAgain(source, 'rate_limited', detail, Math.max(1, counted.ttlInSeconds))
  }
}
