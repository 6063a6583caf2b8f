/** How a command to Redis failed, from the message of its error: a closed list, since messages are no labels. Pure. */
import type { REDIS_ERRORS } from './metrics/process-metrics.ts'

export type RedisErrorKind = (typeof REDIS_ERRORS)[number]

/** By Redis' own error codes and the texts of the client. */
const KINDS: readonly (readonly [RedisErrorKind, RegExp])[] = [
  ['timeout', /timed? ?out|ETIMEDOUT/i],
  ['refused', /^(OOM|MISCONF|READONLY|NOREPLICAS)\b/],
  ['loading', /^(LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/],
  ['connection', /connection is closed|isn't writeable|max retries per request|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST/i],
]

export const redisErrorKind = (error: unknown): RedisErrorKind => {
  const text = error instanceof Error ? `${error.message}` : String(error)
  return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other'
}
