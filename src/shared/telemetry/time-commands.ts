/** Times what this process asks of Redis, and counts what fails, by putting itself round the connection's one way out. */
import type { Command, Redis } from 'ioredis'
import { type LedgerScript, SCRIPT_OF } from '../ledger/scripts.ts'
import type { Metrics } from './metrics.ts'
import { redisErrorKind } from './redis-error-kind.ts'

type Family = 'accept' | 'commit' | 'find_related' | 'read_incident' | 'script' | 'plain'

/** Those of which every incident has some; the others are seldom. */
const FAMILIES: Partial<Record<LedgerScript, Family>> = {
  interlockAccept: 'accept',
  interlockCommit: 'commit',
  interlockFindRelated: 'find_related',
  interlockReadIncident: 'read_incident',
}

const familyOf = ({ name, args }: Command): Family => {
  if (name !== 'evalsha') return 'plain'
  const script = SCRIPT_OF.get(String(args[0]))
  return (script && FAMILIES[script]) ?? 'script'
}

/** Connections that BullMQ makes for commands that wait for jobs are not among them: they wait on purpose. */
export const timeCommands = (
  redis: Redis,
  { redisCommandDuration, redisCommandErrors }: Pick<Metrics, 'redisCommandDuration' | 'redisCommandErrors'>,
): void => {
  const observe = (family: Family) => redisCommandDuration.labels({ command: family }).observe
  const observers: Record<Family, (seconds: number) => void> = {
    accept: observe('accept'),
    commit: observe('commit'),
    find_related: observe('find_related'),
    read_incident: observe('read_incident'),
    script: observe('script'),
    plain: observe('plain'),
  }
  const failed = (error: unknown) => redisCommandErrors.inc({ kind: redisErrorKind(error) })
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, stream) => {
    // What waits for the connection comes by again once it is there.
    if (redis.status === 'ready' || !redis.options.enableOfflineQueue) {
      const began = performance.now()
      const done = observers[familyOf(command)]
      command.promise.then(() => done((performance.now() - began) / 1000), failed)
    }
    return send(command, stream)
  }
  redis.on('error', failed)
}
