/** Whether a Redis that answers is fit to hold incidents, judged by what its INFO says. Pure. */
import { clusterOf } from '../../shared/redis-address.ts'
import { type Check, failed, isAtLeast, ok, warning } from './check.ts'

/** The ledger lists incidents with ZRANGE BYSCORE REV, which 6.2 brought; BullMQ recommends no less. */
const NEEDED = '6.2'
/** What the tests run on. */
const TESTED = '7.0'

const fieldsOf = (info: string): ReadonlyMap<string, string> =>
  new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^([a-z_0-9]+):(.*)$/.exec(line) ?? []
      return name !== undefined && value !== undefined ? [[name, value]] : []
    }),
  )

const version = (found: string | undefined): Check => {
  const name = 'redis version'
  if (!found) return failed(name, 'INFO states no redis_version', `use Redis or Valkey ${NEEDED} or newer`)
  if (!isAtLeast(found, NEEDED)) return failed(name, `${found}, older than ${NEEDED}`, `upgrade to ${TESTED} or newer`)
  if (!isAtLeast(found, TESTED)) return warning(name, `${found}; tested on ${TESTED}`, `upgrade to ${TESTED} or newer`)
  return ok(name, `${found} (needs ${NEEDED}, tested on ${TESTED})`)
}

const role = (found: string | undefined): Check =>
  found === undefined || found === 'master'
    ? ok('redis role', 'takes writes')
    : failed('redis role', `role is ${found}: a replica refuses writes`, 'set REDIS_URL to the primary')

const eviction = (found: string | undefined): Check => {
  const name = 'redis eviction'
  if (found === 'noeviction') return ok(name, 'maxmemory-policy is noeviction')
  const what = found === undefined ? 'INFO states no maxmemory_policy' : `maxmemory-policy is ${found}`
  return failed(
    name,
    `${what}: Redis may drop the lock of a job that is running`,
    'set "maxmemory-policy noeviction" in redis.conf, or CONFIG SET it',
  )
}

const persistence = (enabled: string | undefined, lastWrite: string | undefined): Check => {
  const name = 'redis persistence'
  if (enabled !== '1')
    return warning(
      name,
      'the append-only file is off: when Redis ends, incidents since the last snapshot are lost',
      'set "appendonly yes" and "appendfsync everysec" in redis.conf',
    )
  if (lastWrite !== undefined && lastWrite !== 'ok')
    return failed(
      name,
      `the last write of the append-only file was '${lastWrite}'`,
      "see Redis' log; is its disk full?",
    )
  return ok(name, 'the append-only file is on')
}

/** From where the alert RedisMemoryHigh fires. */
const HIGH = 0.8

const memory = (used: number, most: number): Check => {
  const name = 'redis memory'
  if (!(most > 0)) return ok(name, 'maxmemory is not set')
  const what = `${used} of ${most} bytes (maxmemory) are used`
  const fix = 'raise maxmemory: docs/runbooks/RedisMemoryHigh.md'
  if (used >= most) return failed(name, `${what}: Redis takes no writes`, fix)
  return used > most * HIGH ? warning(name, what, fix) : ok(name, what)
}

const clusterNode = (mode: string | undefined, url: string): Check[] =>
  mode !== 'cluster' || clusterOf(url)
    ? []
    : [
        failed(
          'redis cluster',
          'this is a node of a cluster, and the keys may be in a slot of another, now or later',
          'set REDIS_URL to redis+cluster://host:port,host:port',
        ),
      ]

/** `info` is the reply of INFO from where `url` leads. */
export const redisChecks = (info: string, url: string): Check[] => {
  const fields = fieldsOf(info)
  return [
    ...clusterNode(fields.get('redis_mode'), url),
    version(fields.get('redis_version')),
    role(fields.get('role')),
    eviction(fields.get('maxmemory_policy')),
    memory(Number(fields.get('used_memory')), Number(fields.get('maxmemory'))),
    persistence(fields.get('aof_enabled'), fields.get('aof_last_write_status')),
  ]
}
