/** How a command to Redis failed, from the message of its error: a closed list, since messages are no labels. Pure. */
import type { REDIS_ERRORS } from './metrics/process-metrics.ts'

type RedisErrorKind = (typeof REDIS_ERRORS)[number]

/** By Redis' own error codes, which a script may wrap, and the texts of the client. */
const KINDS: readonly (readonly [RedisErrorKind, RegExp])[] = [
  ['timeout', /Command timed out|Socket timeout|ETIMEDOUT/],
  ['refused', /\b(OOM|MISCONF|READONLY|NOREPLICAS)\b/],
  ['loading', /\b(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|non local key)\b/],
  ['connection', /Connection is closed|isn't writeable|max retries per request|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST/],
]

/** `other` also for what has nothing to do with Redis. */
export const redisErrorKind = (error: unknown): RedisErrorKind => {
  const text = error instanceof Error ? error.message : String(error)
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other'
}
