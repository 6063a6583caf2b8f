import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { loadConfig } from '../shared/config.ts'
import { redisUrlOf } from './with-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'interlock-password-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'redis')
writeFileSync(file, 'p@ss/w%rd:1\n')

it.each([
  [{}, 'redis://127.0.0.1:6379'],
  [{ REDIS_URL: 'redis://redis:6380/2' }, 'redis://redis:6380/2'],
  [{ REDIS_URL: 'redis://redis:6380/2', REDIS_PASSWORD_FILE: file }, 'redis://:p%40ss%2Fw%25rd%3A1@redis:6380/2'],
  [{ REDIS_URL: 'rediss://user:old@redis', REDIS_PASSWORD_FILE: file }, 'rediss://user:p%40ss%2Fw%25rd%3A1@redis'],
  [
    { REDIS_URL: 'redis+cluster://a:1,b', REDIS_PASSWORD_FILE: file, QUEUE_PREFIX: 'prod' },
    'redis+cluster://:p%40ss%2Fw%25rd%3A1@a:1,b#prod',
  ],
])('%j is %s', (env, url) => {
  expect(redisUrlOf(loadConfig(env))).toBe(url)
})

it('names a file that cannot be read, and what it was for', () => {
  const config = loadConfig({ REDIS_PASSWORD_FILE: join(folder, 'absent') })
  expect(() => redisUrlOf(config)).toThrow(/REDIS_PASSWORD_FILE is ".*absent": it cannot be read \(ENOENT\)/)
})
