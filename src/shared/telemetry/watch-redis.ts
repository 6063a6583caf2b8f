/** Keeps the gauges of Redis itself: whether it answers, what its data takes, and whether it is set up to drop any. */
import type { Redis } from 'ioredis'
import { keepSampled } from './keep-sampled.ts'
import type { Metrics } from './metrics.ts'

const read = async (redis: Redis): Promise<(name: string) => string | undefined> => {
  // ioredis writes INFO before a connection is ready as well, and forgets it when that one ends: it would never be answered.
  if (redis.status !== 'ready') throw new Error('there is no connection')
  const [memory, clients] = await Promise.all([redis.info('memory'), redis.info('clients')])
  return (name) => new RegExp(`^${name}:(\\S+)`, 'm').exec(`${memory}\n${clients}`)?.[1]
}

const show = (value: ((name: string) => string | undefined) | null, metrics: Metrics): void => {
  const gauges = [
    [metrics.redisMemoryUsed, value?.('used_memory')],
    // 0 is no limit.
    [metrics.redisMemoryMax, value?.('maxmemory')?.replace(/^0$/, '')],
    [metrics.redisClients, value?.('connected_clients')],
    [metrics.redisClientsMax, value?.('maxclients')],
  ] as const
  for (const [gauge, text] of gauges) {
    if (text) gauge.set(Number(text))
    else gauge.remove()
  }
  const policy = value?.('maxmemory_policy')
  if (policy) metrics.redisEvictsKeys.set(policy === 'noeviction' ? 0 : 1)
  else metrics.redisEvictsKeys.remove()
}

/** `role` is what this process is. Without an answer in time `redis_up` is 0, and the rest is absent. Returns what ends it. */
export const watchRedis = (redis: Redis, role: 'api' | 'worker', metrics: Metrics): (() => void) =>
  keepSampled(
    () => read(redis),
    (value) => {
      metrics.redisUp.set({ role }, value === null ? 0 : 1)
      show(value, metrics)
    },
  )
