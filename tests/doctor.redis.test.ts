/** `interlock doctor` as a person calls it, against a real Redis, a broken policy folder, and none of both. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ledgerKeys } from '../src/shared/ledger/keys.ts'
import { startPrometheus } from './support/prometheus.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const prefix = 'test-doctor'
const redis = new Redis(inject('redisUrl'))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock doctor '))
  await cp(join(root, 'policies'), join(folder, 'policies'), { recursive: true })
})
afterAll(async () => {
  await redis.del(ledgerKeys(prefix).accounting)
  redis.disconnect()
  await rm(folder, { recursive: true })
})

const doctor = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = execFile(
      join(root, 'bin/interlock'),
      ['doctor', ...args],
      { cwd: folder, env: { PATH: process.env.PATH, REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: prefix, ...env } },
      (_, out, err) => resolve({ code: child.exitCode, out, err }),
    )
  })

it('passes a set-up that is in order, with what could be better as a warning', async () => {
  const { code, out, err } = await doctor({})
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^PASS checks=\d+ failed=0 warnings=1$/m)
  expect(out).toMatch(/^ok {7}policies: 2 in force \(high_cpu_usage, high_memory_usage\)$/m)
  expect(out).toMatch(/^ok {7}redis eviction: maxmemory-policy is noeviction$/m)
  expect(out).toMatch(/^warning {2}redis persistence: .*\n {9}fix: set "appendonly yes"/m)
})

it('fails when an alert is unaccounted for', async () => {
  await redis.hset(ledgerKeys(prefix).accounting, { received: 3, in_flight: 1, 'verdict:blocked': 1 })
  const { code, out, err } = await doctor({})
  await redis.del(ledgerKeys(prefix).accounting)
  expect(out).toContain('failed   accounting: 1 alerts are unaccounted for')
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^BLOCK checks=\d+ failed=1 warnings=1\n$/) })
})

it('fails when what is in flight is not what is open', async () => {
  await redis.hset(ledgerKeys(prefix).accounting, { received: 1, in_flight: 1 })
  await redis.zadd(ledgerKeys(prefix).open, 1, 'HM-1', 2, 'HM-2')
  const { code, out } = await doctor({})
  await redis.del(ledgerKeys(prefix).accounting, ledgerKeys(prefix).open)
  expect(out).toContain('failed   accounting: in_flight is not the number of incidents that are open')
  expect(out).toContain('received=1 in_flight=1 open=2')
  expect(code).toBe(1)
})

it('fails for a class whose policy cannot be read, and names the problem', async () => {
  await writeFile(join(folder, 'policies/high_cpu_usage/readiness.yaml'), 'scores: 25')
  const { code, out } = await doctor({}, '--json')
  await cp(join(root, 'policies'), join(folder, 'policies'), { recursive: true })
  const { outcome, checks } = JSON.parse(out)
  expect({ code, outcome }).toEqual({ code: 1, outcome: 'block' })
  expect(checks.filter(({ status }: { status: string }) => status === 'failed')).toEqual([
    {
      name: 'policy high_cpu_usage',
      status: 'failed',
      found: expect.stringContaining('high_cpu_usage/readiness.yaml'),
      fix: expect.any(String),
    },
  ])
})

it.each([
  ['no Redis', { REDIS_URL: 'redis://:secret@127.0.0.1:1' }, 'failed   redis: redis://***@127.0.0.1:1: no connection'],
  ['no policy folder', { POLICY_DIR: 'nowhere' }, 'failed   policies: policy folder nowhere cannot be read'],
])('fails with %s and says what to set', async (_, env, line) => {
  const { code, out } = await doctor(env)
  expect(code).toBe(1)
  expect(out).toContain(line)
  expect(out).toMatch(/fix: .*(REDIS_URL|POLICY_DIR)/)
})

it('fails where a policy asks Prometheus and nobody can', async () => {
  const card = join(folder, 'policies/high_cpu_usage/readiness.yaml')
  const shipped = await readFile(card, 'utf8')
  await writeFile(card, `${shipped}\nfacts: {free_nodes: {prometheus: free_nodes, max_age: 2m}}\n`)
  const [unset, down] = [await doctor({}), await doctor({ PROMETHEUS_URL: 'http://127.0.0.1:9' })]
  await writeFile(card, shipped)
  expect([unset.code, down.code]).toEqual([1, 1])
  expect(unset.out).toContain('PROMETHEUS_URL is not set, and policies ask: high_cpu_usage (free_nodes)')
  expect(down.out).toContain('failed   prometheus: http://127.0.0.1:9: Prometheus cannot be asked')
})

it('asks a real Prometheus what each policy asks, and names what comes to nothing', async () => {
  const PROMETHEUS_URL = await startPrometheus(() => 'free_nodes 3\n')
  const card = join(folder, 'policies/high_cpu_usage/readiness.yaml')
  const shipped = await readFile(card, 'utf8')
  const asking = async (facts: string) => {
    await writeFile(card, `${shipped}\nfacts: {${facts}}\n`)
    return doctor({ PROMETHEUS_URL })
  }
  const good = await asking('free_nodes: {prometheus: free_nodes, max_age: 2m}')
  const bad = await asking("spare: {prometheus: 'sum(', as_of: free_nodes, max_age: 2m}")
  await writeFile(card, shipped)
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining('free_nodes known for 2 services') })
  expect(bad).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^failed {3}facts of high_cpu_usage: spare of \S+ is unknown: Prometheus refuses it: .*parse error/m,
    ),
  })
})

it('warns of a policy folder without classes', async () => {
  const { code, out } = await doctor({ POLICY_DIR: join(root, 'policies/high_cpu_usage') })
  expect(code).toBe(0)
  expect(out).toContain('holds no incident class')
})

it('has nothing to look at when the environment cannot be used', async () => {
  expect(await doctor({ PORT: 'high' })).toEqual({
    code: 2,
    out: '',
    err: expect.stringContaining('PORT is "high"'),
  })
})
