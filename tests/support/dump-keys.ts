/** What stands in Redis, as one text to look through. */
import type { Redis } from 'ioredis'

/** Everything under the prefix, as text: names and contents. */
export const dumpKeys = async (redis: Redis, pattern: string): Promise<string> => {
  const read: Record<string, (key: string) => Promise<unknown>> = {
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, '0', '-1'),
    stream: (key) => redis.xrange(key, '-', '+'),
    string: (key) => redis.get(key),
  }
  const entries: unknown[] = []
  for (const key of await redis.keys(pattern)) {
    const type = await redis.type(key)
    if (type !== 'none') entries.push([key, await read[type]?.(key)])
  }
  return JSON.stringify(entries)
}
