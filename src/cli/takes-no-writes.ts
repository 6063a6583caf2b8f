/** What is answered where Redis is there and takes no writes: why, and how to mend it. */
import { CodedError } from '../shared/coded-error.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'
import { CommandError } from './answer.ts'

/** By Redis' own error codes, which a script may wrap. */
const FIXES = [
  [/\bOOM\b/, 'its memory is full: raise maxmemory, see docs/runbooks/RedisMemoryHigh.md'],
  [/\bREADONLY\b/, 'it is a replica: set REDIS_URL to the primary'],
  [/\bMISCONF\b/, 'it cannot write to its disk: make room there, and look at its log'],
  [/\bNOREPLICAS\b/, 'too few of its replicas are connected: mend them'],
] as const

/** A transaction is answered by "discarded because of previous errors" alone: these say why. */
export const messageOf = (error: unknown): string => {
  const [first = error] = (error as { previousErrors?: Error[] } | undefined)?.previousErrors ?? []
  return first instanceof Error ? first.message : String(first)
}

/** The error itself where it is another one. `shown` is REDIS_URL as it may be shown. */
export const takesNoWrites = (error: unknown, shown: string): unknown => {
  const message = messageOf(error)
  if (error instanceof CodedError || redisErrorKind(message) !== 'refused') return error
  const fix = FIXES.find(([code]) => code.test(message))?.[1]
  return new CommandError('redis_refuses', `Redis takes no writes (${message}): ${fix} (REDIS_URL is ${shown})`)
}
