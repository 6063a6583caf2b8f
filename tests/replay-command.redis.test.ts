/** `interlock replay` as it is called: its exit codes, its one document, another policy, and Ctrl-C. */
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openPipeline, type Pipeline } from './support/api-pipeline.ts'
import { grafanaDelivery } from './support/faults.ts'
import { patched } from './support/fixture.ts'
import { eventually } from './support/processes.ts'

const bin = fileURLToPath(new URL('../bin/interlock', import.meta.url))
const installation = `replay-command-${randomUUID()}`
const env = { PATH: process.env.PATH, REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: installation }
const INCIDENTS = 30

const interlock = (...args: string[]) =>
  new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [bin, ...args], { env }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    )
  })

let pipeline: Pipeline
let folder: string
let first: string
let stateful: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-replay-'))
  pipeline = await openPipeline(env.REDIS_URL, installation, 'fixtures/demo/policies')
  pipeline.work('normalize', 'readiness', 'dry-run')
  const send = async (patch: object) => {
    const { body } = await pipeline.post('/webhooks/grafana', patched(grafanaDelivery({ fault: randomUUID() }), patch))
    return body.incidents[0].incident_id as string
  }
  first = await send({})
  for (let n = 2; n < INCIDENTS; n++) await send({})
  stateful = await send({ alerts: { 0: { labels: { service: 'orders-db' } } } })
  await eventually(async () => expect(await pipeline.ledger.accounting()).toMatchObject({ in_flight: 0 }))
})
afterAll(async () => {
  await pipeline.close()
  await rm(folder, { recursive: true })
})

/** The demo's policies with one text changed in one file. */
const policiesWith = async (file: string, from: string, to: string): Promise<string> => {
  const dir = join(folder, randomUUID())
  await cp('fixtures/demo/policies', dir, { recursive: true })
  const text = await readFile(join(dir, file), 'utf8')
  expect(text).toContain(from)
  await writeFile(join(dir, file), text.replace(from, to))
  return dir
}

describe('replay', () => {
  it('of one and of all is identical', async () => {
    expect(await interlock('replay', first)).toEqual({
      code: 0,
      out: 'PASS incidents=1 identical=1 differs=0 not_replayable=0 other_rules=0 decisions=3\n',
      err: '',
    })
    const { code, out, err } = await interlock('replay', '--all', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      outcome: 'identical',
      incidents: INCIDENTS,
      identical: INCIDENTS,
      ...{ differs: 0, not_replayable: 0, other_rules: 0, listed: [], not_listed: 0 },
      decisions: 3 * INCIDENTS - 1,
    })
  })

  it('lists what differs up to the limit, and counts the rest', async () => {
    const ids = (await pipeline.ledger.idsAfter(null, 3)).map(({ id }) => id)
    const keys = ids.map((id) => pipeline.ledger.keys.incident(id))
    const kept = await Promise.all(keys.map((key) => pipeline.redis.hget(key, 'status')))
    await Promise.all(keys.map((key) => pipeline.redis.hset(key, 'status', 'expired')))
    await pipeline.redis.zadd(pipeline.ledger.keys.index, 1, 'HM-gone')
    try {
      const { code, out, err } = await interlock('replay', '--all', '--limit', '2')
      expect({ code, out }).toEqual({ code: 1, out: '' })
      const [head, ...lines] = err.trimEnd().split('\n')
      expect(head).toBe('BLOCK incidents=31 identical=27 differs=3 not_replayable=1 other_rules=0 decisions=89')
      const line = (id?: string) => new RegExp(`^ {2}- differs: ${id} incident status: recorded "expired", replayed "`)
      expect(lines).toEqual([
        expect.stringMatching(line(ids[0])),
        expect.stringMatching(line(ids[1])),
        '  (2 more not listed: see --limit)',
      ])
      const json = JSON.parse((await interlock('replay', '--all', '--json')).out)
      expect(json).toMatchObject({ outcome: 'differs', differs: 3, not_replayable: 1, not_listed: 0 })
      expect(json.listed.at(-1)).toEqual({
        ...{ incident_id: 'HM-gone', outcome: 'not_replayable', decisions: 0, differences: [] },
        reasons: ['it is listed and its record is gone'],
      })
    } finally {
      await pipeline.redis.zrem(pipeline.ledger.keys.index, 'HM-gone')
      await Promise.all(keys.map((key, i) => pipeline.redis.hset(key, 'status', kept[i] ?? '')))
    }
  })

  it.each<[string[], string]>([
    [['replay'], 'missing_incident'],
    [['replay', 'HM-1', '--all'], 'missing_incident'],
    [['replay', 'active'], 'incident_id_invalid'],
    [['replay', 'HM-1'], 'incident_unknown'],
    [['replay', '--all', '--limit', 'x'], 'option_invalid'],
    [['replay', '--all', '--policy', '/nowhere'], 'policy_invalid'],
  ])('%s is refused with %s', async (args, code) => {
    const answer = await interlock(...args, '--json')
    expect({ exit: answer.code, error: JSON.parse(answer.out).error.code, err: answer.err }).toEqual({
      exit: 2,
      error: code,
      err: '',
    })
  })
})

describe('replay --policy', () => {
  it('of the same folder changes nothing', async () => {
    const { code, out, err } = await interlock('replay', '--all', '--policy', 'fixtures/demo/policies')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(
      [
        '    29  awaiting_review -> awaiting_review',
        '     1  blocked -> blocked',
        'PASS incidents=30 compared=30 changed=0 undecided=0 not_comparable=0\n',
      ].join('\n'),
    )
  })

  it('shows which verdicts another folder would have given, and which blockers come', async () => {
    const dir = await policiesWith('high_memory_usage/readiness.yaml', 'dry_run_verified', 'no_such_check')
    const { code, out, err } = await interlock('replay', first, '--policy', dir)
    expect({ code, err }).toEqual({
      code: 1,
      err: 'BLOCK incidents=1 compared=1 changed=1 undecided=0 not_comparable=0\n',
    })
    expect(out).toMatch(/^INCIDENT +CLASS +RECORDED +WITH THIS POLICY +BLOCKERS GONE \(-\) AND NEW \(\+\)\n/)
    expect(out).toMatch(new RegExp(`^${first} +high_memory_usage +awaiting_review +blocked +\\+ policy_invalid$`, 'm'))
    expect(out).toContain('     1  awaiting_review -> blocked')
  })

  it('goes on through the stages that an incident never reached', async () => {
    const dir = await policiesWith('services.yaml', 'stateful: true', 'stateful: false')
    const json = JSON.parse((await interlock('replay', '--all', '--policy', dir, '--json')).out)
    expect(json).toMatchObject({ outcome: 'changed', compared: 30, changed: 1, undecided: 0 })
    expect(json.transitions).toContainEqual({ from: 'blocked', to: 'awaiting_review', count: 1 })
    expect(json.listed).toEqual([
      {
        incident_id: stateful,
        incident_class: 'high_memory_usage',
        recorded: { stage: 'readiness', verdict: 'blocked', blockers: [expect.anything()] },
        replayed: { stage: 'dry-run', verdict: 'awaiting_review', blockers: [] },
        gone: ['stateful_without_backup'],
        new: [],
      },
    ])
  })
})

it('ends at Ctrl-C with what it has seen so far', async () => {
  const index = pipeline.ledger.keys.index
  const listed = Array.from({ length: 400_000 }, (_, n) => [n, `HM-${n}`]).flat()
  for (let from = 0; from < listed.length; from += 20_000)
    await pipeline.redis.zadd(index, ...listed.slice(from, from + 20_000))
  const child = spawn(process.execPath, [bin, 'replay', '--all', '--json', '--limit', '1'], { env })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text
  })
  try {
    await eventually(() => expect(said.err).toMatch(/^replay \[#*-+\] {2}\d+\/400030 /))
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([130, null])
    const { outcome, incidents, identical, not_replayable, not_listed } = JSON.parse(said.out)
    expect(outcome).toBe('interrupted')
    expect(identical).toBe(INCIDENTS)
    expect(incidents).toBe(identical + not_replayable)
    expect(not_listed).toBe(not_replayable - 1)
    expect(incidents).toBeLessThan(400_030)
  } finally {
    child.kill('SIGKILL')
  }
})
