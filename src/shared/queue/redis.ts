/** Connections to Redis. Producers fail fast while Redis is away; workers wait for it, with nothing lost either way. */
import { Redis } from 'ioredis'

/** ioredis backs off up to 5 s between attempts by default; work should resume within a second of Redis being back. */
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** attempt, 1000)

/** For webhooks and queries: a command fails after `commandTimeout` ms, and at once while there is no connection. */
export const connectProducer = (url: string, commandTimeout = 2000): Redis =>
  new Redis(url, { retryStrategy, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout })

/** For workers: commands wait for the connection, as BullMQ requires. */
export const connectWorker = (url: string): Redis => new Redis(url, { retryStrategy, maxRetriesPerRequest: null })

/** Resolves when the connection can take commands; rejects with the last connection error after `deadline` ms. */
export const whenReady = (redis: Redis, deadline = 5000): Promise<void> =>
  new Promise((resolve, reject) => {
    let lastError = 'no answer'
    const onError = (error: Error) => {
      lastError = error.message
    }
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      redis.off('ready', onReady).off('error', onError)
      settle()
    }
    const onReady = () => finish(resolve)
    const timer = setTimeout(
      () => finish(() => reject(new Error(`no connection to Redis within ${deadline} ms: ${lastError}`))),
      deadline,
    )
    redis.on('ready', onReady).on('error', onError)
    if (redis.status === 'ready') onReady()
  })
