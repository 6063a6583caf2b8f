/** For commands that ask a running installation: opens its ledger, and says clearly when Redis is not there. */
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { CodedError } from '../shared/coded-error.ts'
import { type Config, ConfigError, loadConfig, withoutSecrets } from '../shared/config.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { inInstallation, withPassword } from '../shared/redis-address.ts'
import { unreadableFile } from '../shared/unreadable-file.ts'
import { CommandError } from './answer.ts'
import { takesNoWrites } from './takes-no-writes.ts'

/** Where Redis is when nothing says otherwise; in production `loadConfig` has refused that already. */
const DEFAULT_REDIS_URL = 'redis://127.0.0.1:6379'

const passwordIn = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new ConfigError([unreadableFile('REDIS_PASSWORD_FILE', file, String((error as NodeJS.ErrnoException).code))])
  }
}

/** With the password of its file, where there is one, and for this installation. Throws ConfigError. */
export const redisUrlOf = ({
  REDIS_URL = DEFAULT_REDIS_URL,
  REDIS_PASSWORD_FILE: file,
  QUEUE_PREFIX,
}: Config): string => inInstallation(file ? withPassword(REDIS_URL, passwordIn(file)) : REDIS_URL, QUEUE_PREFIX)

/** What keeps from Redis, with where that is sought: nobody knows by heart what REDIS_URL is where a process was started. */
export const withAddress = (error: unknown, url: string): unknown =>
  error instanceof CodedError && error.code === 'redis_unavailable'
    ? new CommandError(error.code, `${error.message} (REDIS_URL is ${withoutSecrets(url)})`)
    : error

export interface Installation {
  ledger: IncidentLedger
  redis: Redis
  config: Config
}

/** Throws CommandError `redis_unavailable` or `redis_refuses`, naming the address and what to set. */
export const withLedger = async <Result>(use: (installation: Installation) => Promise<Result>): Promise<Result> => {
  const config = loadConfig()
  const url = redisUrlOf(config)
  // Half of a start: what is answered without Redis does not wait for it.
  const [{ connectProducer, whenReady }, { IncidentLedger }] = await Promise.all([
    import('../shared/queue/redis.ts'),
    import('../shared/ledger/incident-ledger.ts'),
  ])
  const redis = connectProducer(url)
  // Every failure reaches the caller through the command that failed.
  redis.on('error', () => {})
  try {
    await whenReady(redis, 3000).catch((error) => {
      throw withAddress(error, url)
    })
    return await use({ ledger: new IncidentLedger(redis, config.QUEUE_PREFIX), redis, config })
  } catch (error) {
    throw takesNoWrites(error, withoutSecrets(url))
  } finally {
    redis.disconnect()
  }
}
