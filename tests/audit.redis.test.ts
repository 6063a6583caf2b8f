/** `interlock audit` against a real installation: checkpoints written as traces grow, exports, and verification of both. */
import { randomUUID } from 'node:crypto'
import { lstat, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { chain, EMPTY_CHAIN } from '../src/shared/audit/record.ts'
import type { Checkpoint } from '../src/shared/contracts/checkpoint.ts'
import { type Api, openApi } from './support/api.ts'
import { grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { interlock } from './support/interlock.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'
import { openRedisProxy } from './support/redis-proxy.ts'

let folder: string
let key: string[]
let publicKey: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock audit '))
  expect(await interlock(['audit', 'keygen', '--out', folder])).toMatchObject({ code: 0 })
  key = ['--key', join(folder, 'audit.key')]
  publicKey = ['--public-key', join(folder, 'audit.pub')]
})
afterAll(() => rm(folder, { recursive: true }))

let api: Api
let env: Record<string, string>
let out: string
beforeEach(async () => {
  const installation = `audit-${randomUUID()}`
  api = await openApi(inject('redisUrl'), installation)
  env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: installation }
  out = join(folder, `${installation}.jsonl`)
})
afterEach(async () => {
  killAll()
  await api.close()
})

/** The id of a new incident, with one record. */
const accept = async (fault = randomUUID()): Promise<string> => {
  const { status, body } = await api.post('/webhooks/grafana', grafanaDelivery({ fault }))
  expect(status).toBe(202)
  return body.incidents[0].incident_id
}
/** Another source of the same fault, which is another record. */
const attach = async (fault: string): Promise<void> => {
  const { body } = await api.post('/webhooks/pagerduty', pagerdutyDelivery({ fault }))
  expect(body.incidents[0].outcome).toBe('attached')
}

const checkpoint = (...args: string[]) => interlock(['audit', 'checkpoint', ...key, '--out', out, ...args], env)
const verify = (...args: string[]) => interlock(['audit', 'verify', ...args], env)
const verifyAgainst = (...args: string[]) => verify('--checkpoints', out, ...publicKey, ...args)
const written = async (): Promise<Checkpoint[]> =>
  (await readFile(out, 'utf8').catch(() => ''))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

/** What one who holds the store and knows the format can do: everything, and nothing in the ledger contradicts it. */
const rewrite = async (id: string): Promise<void> => {
  const { incident, trace } = api.ledger.keys
  const texts = await api.redis.lrange(trace(id), 0, -1)
  const { records, head } = chain(
    EMPTY_CHAIN,
    texts.map((text) => {
      const { seq: _, prev: __, hash: ___, ...content } = JSON.parse(text)
      return { ...content, actor: 'webhook:nobody' }
    }),
  )
  await api.redis.del(trace(id))
  await api.redis.rpush(trace(id), ...records.map((record) => JSON.stringify(record)))
  await api.redis.hset(incident(id), { head: head.head, records: String(head.records) })
}

describe('checkpoint --once', () => {
  it.each([
    ['a device', 'device', 'is no file'],
    ['a folder', '.', 'is no file'],
    ['a folder that is not there', 'none/x', 'the folder it lies in is not there'],
  ])('exports nothing to %s', async (_, name, says) => {
    await symlink('/dev/null', join(folder, 'device')).catch(() => {})
    const before = (await readdir(folder)).sort()
    expect(await interlock(['audit', 'export', '--out', join(folder, name)], env)).toMatchObject({
      code: 2,
      err: expect.stringContaining(says),
    })
    expect((await readdir(folder)).sort()).toEqual(before)
    expect((await lstat(join(folder, 'device'))).isSymbolicLink()).toBe(true)
  })

  it('signs what has changed, and verify holds the traces against it, online and from an export', async () => {
    const fault = randomUUID()
    const [one, two] = [await accept(fault), await accept()]
    expect(await checkpoint('--once')).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^checkpoint 0 at .*: incidents=2 records=2 root=[0-9a-f]{64}\nPASS checkpoints=1 .*\n$/,
      ),
    })
    await attach(fault)
    expect(JSON.parse((await checkpoint('--once', '--json')).out)).toEqual({
      ...{ outcome: 'pass', key_id: (await written())[0]?.key_id, checkpoints: 1, incidents: 1, records: 1 },
      problems: [],
    })
    expect(await checkpoint('--once')).toMatchObject({ code: 0, out: 'PASS checkpoints=0 incidents=0 records=0\n' })
    expect((await written()).map(({ heads }) => heads.map(({ incident_id }) => incident_id).sort())).toEqual([
      [one, two].sort(),
      [one],
    ])

    const third = randomUUID()
    await accept(third)
    await attach(third)
    const pass = expect.stringMatching(/^PASS incidents=3 records=5 checkpoints=2 last=\S+ unanchored=2 expired=0\n$/)
    expect(await verifyAgainst()).toEqual({ code: 0, out: pass, err: '' })
    const traces = `${out}.export`
    expect(await interlock(['audit', 'export', '--out', traces], env)).toMatchObject({
      code: 0,
      out: `exported incidents=3 records=5 to ${traces}\n`,
    })
    env = {}
    expect(await verifyAgainst('--file', traces)).toEqual({ code: 0, out: pass, err: '' })
  })

  it('stands against what was rewritten since, which the chain alone does not see', async () => {
    const id = await accept()
    await checkpoint('--once')
    await rewrite(id)
    expect(await verify()).toMatchObject({ code: 0 })
    const { code, err } = await verifyAgainst()
    expect(code).toBe(1)
    expect(err).toContain(`  - audit_trace_incomplete: ${id}: record 0 is not the one that checkpoint 0 of `)

    const next = await checkpoint('--once')
    expect(next).toMatchObject({ code: 1, out: expect.stringContaining('checkpoint 1 at ') })
    expect(next.err).toContain(`  - audit_trace_incomplete: ${id}: its record 0 is not the one that was signed`)
    expect(next.err).toContain('BLOCK checkpoints=1 incidents=1 records=1 problems=1')
    expect(await verifyAgainst()).toMatchObject({ code: 1 })
  })

  it('lists what the retention may remove later', async () => {
    const id = await accept()
    await checkpoint('--once')
    const { incident, trace, index } = api.ledger.keys
    await api.redis.del(incident(id), trace(id))
    await api.redis.zrem(index, id)
    expect(await verifyAgainst('--retention', '30d')).toMatchObject({ code: 1 })
    expect(await verifyAgainst('--retention', '1ms')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^PASS incidents=0 .* expired=1\n$/),
    })
  })

  it.each<[string[], string, string]>([
    [['--every-records', '0'], 'option_invalid', '--every-records: '],
    [['--every-seconds', 'soon'], 'option_invalid', '--every-seconds: '],
    [['--key', '/dev/null'], 'key_invalid', '--key /dev/null is not a key'],
  ])('refuses %s', async (args, errorCode, message) => {
    const { code, out: text } = await checkpoint('--once', ...args, '--json')
    expect(code).toBe(2)
    expect(JSON.parse(text).error).toEqual({ code: errorCode, message: expect.stringContaining(message) })
  })
})

describe('checkpoint', () => {
  const start = (env: Record<string, string>, ...args: string[]) =>
    startProcess(['audit', 'checkpoint', ...key, '--out', out, ...args], env)
  const listed = async () => new Set((await written()).flatMap(({ heads }) => heads.map((head) => head.incident_id)))

  it.each(['SIGINT', 'SIGTERM'] as const)('goes on after enough records or time, until %s', async (signal) => {
    const first = await accept()
    const writer = start(env, '--every-records', '3', '--every-seconds', '86400')
    await eventually(async () => expect(await listed()).toEqual(new Set([first])))
    const more = [await accept(), await accept(), await accept()]
    await eventually(async () => expect(await listed()).toEqual(new Set([first, ...more])))
    expect(await writer.stop(signal)).toMatchObject({ code: 0, stderr: '' })
    expect(writer.lines.at(-1)?.event).toContain('PASS checkpoints=2 incidents=4 records=4')
    expect(await verifyAgainst()).toMatchObject({ code: 0 })
  })

  it('waits while Redis is away, and goes on when it is back', async () => {
    const proxy = await openRedisProxy(inject('redisUrl'))
    const writer = start({ ...env, REDIS_URL: proxy.url }, '--every-seconds', '1')
    const before = await accept()
    await eventually(async () => expect(await listed()).toEqual(new Set([before])))
    await proxy.cut()
    const after = await accept()
    await eventually(() => expect(writer.errors()).toMatch(/^interlock: .*; trying again\n$/))
    await proxy.mend()
    await eventually(async () => expect(await listed()).toEqual(new Set([before, after])))
    expect(await writer.stop('SIGTERM')).toMatchObject({ code: 0 })
    expect(await verifyAgainst()).toMatchObject({ code: 0 })
  })

  it('can be killed at any time: its successor continues the file, and nothing in it is lost or signed twice', async () => {
    for (let kill = 0; kill < 5; kill++) {
      const writer = start(env, '--every-records', '1')
      for (let n = 0; n < 20; n++) await accept()
      await eventually(async () => expect((await written()).length).toBeGreaterThan(kill * 3))
      await writer.stop('SIGKILL')
    }
    expect(await checkpoint('--once')).toMatchObject({ code: 0 })
    const ids = (await written()).flatMap(({ heads }) => heads.map(({ incident_id }) => incident_id))
    expect(ids).toHaveLength(100)
    expect(new Set(ids).size).toBe(100)
    expect(await verifyAgainst()).toMatchObject({ code: 0, out: expect.stringContaining('unanchored=0') })
  })
})
