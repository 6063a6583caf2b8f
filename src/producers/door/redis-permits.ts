/** Counts deliveries in Redis for the rate limit, some at a time: one round trip then pays for all of these. */
import type { FastifyRateLimitStore } from '@fastify/rate-limit'
import type { Redis } from 'ioredis'

/** A replica leaves at most so much of the limit unspent in a window; never are more let in than the limit. */
const SHARE = 1 / 100
const MOST_AT_ONCE = 32
/** Addresses a replica holds permits of, some 2 MB. */
const MOST_HELD = 10_000

/** The window begins with the first that is counted in it, and the counter is gone after it. */
const TAKE = `local last = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return { last, redis.call('PTTL', KEYS[1]) }`

/** The deliveries of a window that this replica may count next, by their number in it. `until` is on its own clock. */
interface Permits {
  next: number
  last: number
  until: number
}

type Counted = Parameters<FastifyRateLimitStore['incr']>[1]

export const redisPermits = (redis: Redis, prefix: string) =>
  class RedisPermits implements FastifyRateLimitStore {
    readonly #held = new Map<string, Permits>()
    readonly #asked = new Map<string, Promise<void>>()

    incr(key: string, counted: Counted, windowMs: number, max: number): void {
      const permits = this.#held.get(key)
      const left = permits ? permits.until - performance.now() : 0
      if (permits && permits.next <= permits.last && left > 0) counted(null, { current: permits.next++, ttl: left })
      else this.#ask(key, windowMs, max).then(() => this.incr(key, counted, windowMs, max), counted)
    }

    /** All that wait for the same address wait for one answer. */
    #ask(key: string, windowMs: number, max: number): Promise<void> {
      const asked = this.#asked.get(key) ?? this.#take(key, windowMs, max).finally(() => this.#asked.delete(key))
      this.#asked.set(key, asked)
      return asked
    }

    async #take(key: string, windowMs: number, max: number): Promise<void> {
      const several = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(max * SHARE)))
      // Redis measured what is left of the window after this, so that no permit is spent once it is over.
      const now = performance.now()
      const [last, left] = (await redis.eval(TAKE, 1, `${prefix}${key}`, several, windowMs)) as [number, number]
      if (this.#held.size >= MOST_HELD) this.#held.clear()
      this.#held.set(key, { next: last - several + 1, last, until: now + left })
    }

    /** Every route counts alike. */
    child(): FastifyRateLimitStore {
      return this
    }
  }
