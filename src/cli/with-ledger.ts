/** For commands that ask a running installation: opens its ledger, and says clearly when Redis is not there. */
import type { Redis } from 'ioredis'
import { type Config, loadConfig, withoutSecrets } from '../shared/config.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../shared/queue/redis.ts'
import { CommandError } from './answer.ts'

/** Where Redis is when nothing says otherwise; in production `loadConfig` has refused that already. */
const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379'

export const redisUrlOf = (config: Config): string => config.REDIS_URL ?? DEFAULT_REDIS_URL

export interface Installation {
  ledger: IncidentLedger
  redis: Redis
  config: Config
}

/** Throws CommandError `redis_unavailable`, naming the address and what to set. */
export const withLedger = async <Result>(use: (installation: Installation) => Promise<Result>): Promise<Result> => {
  const config = loadConfig()
  const url = redisUrlOf(config)
  const redis = connectProducer(url)
  // Every failure reaches the caller through the command that failed.
  redis.on('error', () => {})
  try {
    await whenReady(redis, 3000).catch((error: Error) => {
      throw new CommandError('redis_unavailable', `${error.message} (REDIS_URL is ${withoutSecrets(url)})`)
    })
    return await use({ ledger: new IncidentLedger(redis, config.QUEUE_PREFIX), redis, config })
  } finally {
    redis.disconnect()
  }
}
