/** Connections to Redis. Producers fail fast while Redis is away; workers wait for it, with nothing lost either way. */
import { Redis, type RedisOptions } from 'ioredis'
import { CodedError } from '../coded-error.ts'
import { clusterOf, sentinelsOf } from '../redis-address.ts'
import { followSlot } from './cluster-connector.ts'

/** ioredis backs off up to 5 s between attempts by default; work should resume within a second of Redis being back. */
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** attempt, 1000)

type Behaviour = Omit<RedisOptions, 'replyMapping' | 'sentinels'>

const open = (url: string, options: Behaviour): Redis => {
  const cluster = clusterOf(url)
  if (cluster) return new Redis({ ...followSlot(cluster, retryStrategy), ...options })
  const sentinels = sentinelsOf(url)
  return sentinels ? new Redis({ ...sentinels, ...options }) : new Redis(url, options)
}

/** What is sent in one turn of the event loop goes out in one write: each of its own wakes Redis anew. */
const writeTogether = (redis: Redis): Redis => {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, to) => {
    const { stream } = redis
    if (stream?.writableCorked === 0) {
      stream.cork()
      setImmediate(() => stream.uncork())
    }
    return send(command, to)
  }
  return redis
}

/**
 * For webhooks and queries: a command fails after `commandTimeout` ms, and at once while there is no connection. One that
 * stays silent for twice as long leads nowhere, as after a router forgot it, and is made anew.
 */
export const connectProducer = (url: string, commandTimeout = 2000): Redis =>
  writeTogether(
    open(url, {
      retryStrategy,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout,
      socketTimeout: 2 * commandTimeout,
    }),
  )

/** Longer than BullMQ ever lets a command block (10 s). The kernel itself gives a dead connection up after 15 minutes. */
const SILENT_MS = 15_000

/** For workers: commands wait for the connection, as BullMQ requires, and go out again on the next when it was dead. */
export const connectWorker = (url: string): Redis =>
  open(url, { retryStrategy, maxRetriesPerRequest: null, socketTimeout: SILENT_MS })

/** ioredis goes on in database 0 where Redis refuses the one that was asked for, and that may be somebody else's. */
const inItsDatabase = async (redis: Redis): Promise<void> => {
  const { db } = redis.options
  if (!db) return
  await redis.select(db).catch(({ message }: Error) => {
    throw new CodedError(
      'redis_unavailable',
      `Redis does not give database ${db}: ${message}; name another in REDIS_URL`,
    )
  })
}

/**
 * Resolves when the connection can take commands, in its database. Rejects with CodedError `redis_unavailable`, which names
 * the last error of the connection where there was none within `deadline` ms.
 */
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
    const onReady = () => finish(() => resolve(inItsDatabase(redis)))
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(new CodedError('redis_unavailable', `no connection to Redis within ${deadline} ms: ${lastError}`)),
        ),
      deadline,
    )
    redis.on('ready', onReady).on('error', onError)
    if (redis.status === 'ready') onReady()
  })
