/** Where Redis is, as REDIS_URL says it: one server, or the sentinels that know which of several is the primary now. */
import type { RedisOptions } from 'ioredis'

/** User and password, where they stand, are those of Redis; the sentinels are asked without. */
export const SENTINEL_URL =
  /^redis\+sentinel:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[\w.-]+(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)\/(?<name>[\w.-]+)(?:\/(?<db>\d{1,5}))?$/

/** Null where the URL is that of one server. */
export const sentinelsOf = (
  url: string,
): Pick<RedisOptions, 'sentinels' | 'name' | 'db' | 'username' | 'password'> | null => {
  const { hosts, name, db, username, password } = SENTINEL_URL.exec(url)?.groups ?? {}
  if (!hosts || !name) return null
  const sentinels = hosts.split(',').map((each) => {
    const [host = '', port = '26379'] = each.split(':')
    return { host, port: Number(port) }
  })
  return {
    ...{ sentinels, name, db: Number(db ?? 0) },
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
}

/** The URL with this password instead of its own. */
export const withPassword = (url: string, password: string): string =>
  url.replace(
    /^([a-z+]+:\/\/)(?:([^:@/]*)(?::[^@/]*)?@)?/i,
    (_, scheme: string, user = '') => `${scheme}${user}:${encodeURIComponent(password)}@`,
  )
