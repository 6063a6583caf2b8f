/** Where Redis is, as REDIS_URL says it: one server, or whoever knows which of several is the primary now: sentinels, a cluster. */
import type { RedisOptions } from 'ioredis'

const HOSTS = String.raw`(?<hosts>[\w.-]+(?::\d{1,5})?(?:,[\w.-]+(?::\d{1,5})?)*)`
const USER = `(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?`

/** User and password, where they stand, are those of Redis; the sentinels have a password of their own, or none. */
export const SENTINEL_URL = new RegExp(
  String.raw`^redis\+sentinel:\/\/${USER}${HOSTS}\/(?<name>[\w.-]+)(?:\/(?<db>\d{1,5}))?(?:\?sentinel_password=(?<asked>[^&#]+))?$`,
)

/** Some of its nodes. A cluster has database 0 alone. */
export const CLUSTER_URL = new RegExp(String.raw`^redis\+cluster:\/\/${USER}${HOSTS}(?:\/0?)?$`)

export interface Node {
  host: string
  port: number
}

const nodesOf = (hosts: string, usualPort: number): Node[] =>
  hosts.split(',').map((each) => {
    const [host = '', port = usualPort] = each.split(':')
    return { host, port: Number(port) }
  })

type Login = Pick<RedisOptions, 'username' | 'password'>

const loginOf = ({ username, password }: Record<string, string | undefined>): Login => ({
  ...(username && { username: decodeURIComponent(username) }),
  ...(password && { password: decodeURIComponent(password) }),
})

/** Whether user and passwords can be decoded: a % that is meant as one is written %25. */
export const hasWholeEscapes = (url: string): boolean => {
  const [, login = ''] = /^[^/]*\/\/([^/]*)@/.exec(url) ?? []
  try {
    decodeURIComponent(login + (SENTINEL_URL.exec(url)?.groups?.asked ?? ''))
    return true
  } catch {
    return false
  }
}

/** Null where the URL names no sentinels. */
export const sentinelsOf = (
  url: string,
): (Pick<RedisOptions, 'sentinels' | 'name' | 'db' | 'sentinelPassword'> & Login) | null => {
  const { hosts, name, db, asked, ...login } = SENTINEL_URL.exec(url)?.groups ?? {}
  if (!hosts || !name) return null
  return {
    ...{ sentinels: nodesOf(hosts, 26_379), name, db: Number(db ?? 0), ...loginOf(login) },
    ...(asked && { sentinelPassword: decodeURIComponent(asked) }),
  }
}

/**
 * The URL for what works in this installation. All keys of one lie in one slot, which one node of a cluster owns, so that the
 * URL of a cluster ends in whose slot is meant; any other is as it was.
 */
export const inInstallation = (url: string, installation: string): string =>
  CLUSTER_URL.test(url) ? `${url}#${installation}` : url

/** Nodes of the cluster, and the installation whose slot is meant. Null where the URL is not one of `inInstallation`. */
export const clusterOf = (url: string): { nodes: Node[]; installation: string; login: Login } | null => {
  const [address = '', installation] = url.split('#')
  const { hosts, ...login } = CLUSTER_URL.exec(address)?.groups ?? {}
  return hosts && installation ? { nodes: nodesOf(hosts, 6379), installation, login: loginOf(login) } : null
}

/** The URL with this password instead of its own. */
export const withPassword = (url: string, password: string): string =>
  url.replace(
    /^([a-z+]+:\/\/)(?:([^:@/]*)(?::[^@/]*)?@)?/i,
    (_, scheme: string, user = '') => `${scheme}${user}:${encodeURIComponent(password)}@`,
  )
