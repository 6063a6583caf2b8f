import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { startRedis } from './redis-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const settingsOf = async (url: string): Promise<Record<string, string>> => {
  const client = new Redis(url, { retryStrategy: () => null })
  client.on('error', () => {})
  try {
    const listed = (await client.config('GET', '*')) as string[]
    return Object.fromEntries(listed.flatMap((name, at) => (at % 2 === 0 ? [[name, listed[at + 1] ?? '']] : [])))
  } finally {
    client.disconnect()
  }
}

/** In TypeScript's stead: a process of its own that starts a Redis and prints where it is. */
const script = (options: string, then: string) => `
  import { startRedis } from './src/shared/redis-server.ts'
  try {
    const { url, kind, stop } = await startRedis(${options})
    console.log(JSON.stringify({ url, kind }))
    ${then}
  } catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })) }`
const node = (code: string): string[] => ['--import', 'tsx', '--input-type=module', '-e', code]

describe('startRedis', () => {
  it('takes the one that is given, and leaves it running', async () => {
    const given = inject('redisUrl')
    const redis = await startRedis({ REDIS_URL: given, NODE_ENV: 'production' })
    expect(redis).toMatchObject({ url: given, kind: 'given' })
    await redis.stop()
    expect(await settingsOf(given)).toHaveProperty('port')
  })

  it('starts an installed one on loopback, keeping nothing on disk, and clears up after it', async () => {
    const redis = await startRedis({ NODE_ENV: 'test' })
    const settings = await settingsOf(redis.url)
    expect(redis.url).toBe(`redis://127.0.0.1:${settings.port}`)
    expect(settings).toMatchObject({
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      'maxmemory-policy': 'noeviction',
    })
    await redis.stop()
    await redis.stop()
    await expect(settingsOf(redis.url)).rejects.toThrow()
    await expect(readdir(settings.dir ?? '')).rejects.toThrow('ENOENT')
  })

  it('keeps every change in an append-only file when asked to', async () => {
    const redis = await startRedis({ NODE_ENV: 'test' }, { appendOnly: true })
    const settings = await settingsOf(redis.url)
    await redis.stop()
    expect(settings.appendonly).toBe('yes')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves no server behind when its parent gets %s',
    async (signal) => {
      const parent = spawn(process.execPath, node(script(`{ NODE_ENV: 'test' }`, 'setInterval(() => {}, 1000)')), {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = await once(parent.stdout.setEncoding('utf8'), 'data')
      const { url } = JSON.parse(line)
      const { dir } = await settingsOf(url)
      parent.kill(signal)
      await vi.waitFor(() => expect(settingsOf(url)).rejects.toThrow(), 20_000)
      await vi.waitFor(() => expect(readdir(dir ?? '')).rejects.toThrow('ENOENT'), 20_000)
    },
  )

  it('does not keep a parent alive that has nothing else to do', async () => {
    const parent = spawn(process.execPath, node(script(`{ NODE_ENV: 'test' }`, '')), { cwd: root, stdio: 'ignore' })
    expect(await once(parent, 'close')).toEqual([0, null])
  })
})

describe('startRedis with no Redis on PATH', () => {
  let checkout: string
  const start = async (options: string): Promise<{ said: Record<string, string>; err: string }> =>
    new Promise((resolve) =>
      execFile(
        process.execPath,
        node(script(options, 'await stop()')),
        { cwd: checkout, env: { PATH: checkout } },
        (_, out, err) => resolve({ said: JSON.parse(out), err }),
      ),
    )
  beforeAll(async () => {
    checkout = await mkdtemp(join(tmpdir(), 'interlock checkout '))
    await cp(join(root, 'src/shared'), join(checkout, 'src/shared'), { recursive: true })
    await cp(join(root, 'package.json'), join(checkout, 'package.json'))
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'))
  })
  afterAll(() => rm(checkout, { recursive: true }))

  it.each([`{ NODE_ENV: 'test' }`, `{ NODE_ENV: 'production' }, { allowPureJs: true }`])(
    'says what to install, given %s',
    async (options) => {
      const { said, err } = await start(options)
      expect(said.code).toBe('redis_missing')
      expect(said.message).toContain('apt-get install redis-server')
      expect(err).toBe('')
    },
  )

  it('takes the JavaScript one where that is allowed, and says so loudly', async () => {
    const { said, err } = await start(`{ NODE_ENV: 'development' }, { allowPureJs: true }`)
    expect(said).toMatchObject({ kind: 'pure_js', url: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+$/) })
    expect(err).toContain('No Redis on this machine')
  })

  it('takes the one that setup unpacked before that', async () => {
    const unpacked = join(checkout, '.cache/bin/redis-server')
    await mkdir(join(checkout, '.cache/bin'), { recursive: true })
    await writeFile(
      unpacked,
      `#!/bin/sh\nPATH='${process.env.PATH}:${join(root, '.cache/bin')}' exec redis-server "$@"\n`,
    )
    await chmod(unpacked, 0o755)
    const { said } = await start(`{ NODE_ENV: 'test' }, { allowPureJs: true }`)
    expect(said).toMatchObject({ kind: 'unpacked' })
  })
})
