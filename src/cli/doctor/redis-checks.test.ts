import { describe, expect, it } from 'vitest'
import { isAtLeast } from './check.ts'
import { redisChecks } from './redis-checks.ts'

const GOOD = {
  redis_version: '7.0.15',
  redis_mode: 'standalone',
  role: 'master',
  used_memory: '800',
  maxmemory: '1000',
  maxmemory_policy: 'noeviction',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
}
/** As INFO replies: sections, CRLF; null leaves the field out. */
const info = (changes: Partial<Record<keyof typeof GOOD, string | null>> = {}): string => {
  const fields = Object.entries({ ...GOOD, ...changes }).filter(([, value]) => value !== null)
  return ['# Server', ...fields.map(([name, value]) => `${name}:${value}`), ''].join('\r\n')
}
const URL = 'redis://127.0.0.1:6379'
const notOk = (text: string) => redisChecks(text, URL).flatMap((check) => (check.status === 'ok' ? [] : [check]))

describe('a Redis', () => {
  it('as advised passes', () => {
    expect(redisChecks(info(), URL).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  it('passes without a limit of its memory', () => {
    expect(notOk(info({ maxmemory: '0' }))).toEqual([])
    expect(notOk(info({ maxmemory: null }))).toEqual([])
  })

  it('may be a node of a cluster where REDIS_URL says so', () => {
    const checks = redisChecks(info({ redis_mode: 'cluster' }), 'redis+cluster://127.0.0.1:6379#prod')
    expect(checks.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  it.each([
    [{ redis_version: '6.0.16' }, 'redis version', 'failed', '6.0.16, older than 6.2'],
    [{ redis_version: null }, 'redis version', 'failed', 'no redis_version'],
    [{ redis_version: '6.2.14' }, 'redis version', 'warning', 'tested on 7.0'],
    [{ redis_mode: 'cluster' }, 'redis cluster', 'failed', 'a node of a cluster'],
    [{ role: 'slave' }, 'redis role', 'failed', 'role is slave'],
    [{ maxmemory_policy: 'allkeys-lru' }, 'redis eviction', 'failed', 'maxmemory-policy is allkeys-lru'],
    [{ maxmemory_policy: null }, 'redis eviction', 'failed', 'no maxmemory_policy'],
    [{ used_memory: '801' }, 'redis memory', 'warning', '801 of 1000 bytes'],
    [{ used_memory: '1000' }, 'redis memory', 'failed', 'takes no writes'],
    [{ aof_enabled: '0' }, 'redis persistence', 'warning', 'append-only file is off'],
    [{ aof_enabled: null }, 'redis persistence', 'warning', 'append-only file is off'],
    [{ aof_last_write_status: 'err' }, 'redis persistence', 'failed', "was 'err'"],
  ])('with %j: %s %s', (changes, name, status, found) => {
    expect(notOk(info(changes))).toEqual([
      { name, status, found: expect.stringContaining(found), fix: expect.stringMatching(/./) },
    ])
  })
})

it.each([
  ['7.0.15', '7.0', true],
  ['7.0', '7.0', true],
  ['6.2.14', '7.0', false],
  ['6.10.0', '6.2', true],
  ['10.0.0', '7.0', true],
  ['7', '7.0', true],
  ['20.9.0', '20.19', false],
  ['unstable', '6.2', false],
])('%s is at least %s: %s', (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected)
})
