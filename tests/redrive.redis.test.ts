/** `interlock redrive` as a person calls it, on incidents that really were dead-lettered. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import { openApi } from './support/api.ts'
import { grafanaDelivery } from './support/faults.ts'
import { openPipeline } from './support/pipeline.ts'
import { eventually } from './support/processes.ts'

const bin = fileURLToPath(new URL('../bin/interlock', import.meta.url))
const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async () => {
  const installation = `redrive-${randomUUID()}`
  const pipeline = await openPipeline(redis, installation)
  const { ledger } = pipeline
  const env = { PATH: process.env.PATH, REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: installation }
  const statusIs = (id: string, status: string) =>
    eventually(async () => expect((await ledger.readRecord(id))?.status).toBe(status))
  const stored = (id: string) => redis.hget(ledger.keys.incident(id), 'decision:normalize')
  const store = (id: string, decision: string) =>
    redis.hset(ledger.keys.incident(id), { 'decision:normalize': decision })
  const sound = new Map<string, string>()
  return {
    ...{ ...pipeline, installation, statusIs },
    redrive: (...args: string[]) =>
      new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
        const child = execFile(bin, ['redrive', ...args], { env }, (_, out, err) =>
          resolve({ code: child.exitCode, out, err }),
        )
      }),
    /** Dead-letters each in readiness, by an output that is not the one in its trace. `mend` puts the true one back. */
    deadLetter: async (ids: readonly string[]) => {
      for (const id of ids) {
        await statusIs(id, 'readiness')
        sound.set(id, (await stored(id)) ?? '')
        await store(id, '{}\n{}\n{"changed":true}')
      }
      const worker = pipeline.work('readiness')
      for (const id of ids) await statusIs(id, 'dead_lettered')
      await worker.close()
    },
    mend: async () => {
      for (const [id, decision] of sound) await store(id, decision)
    },
  }
}

it('takes one up where it failed, with who and why in its trace, and it gets its verdict', async () => {
  const { ledger, queues, accept, work, deadLetter, mend, redrive, statusIs, balanced } = await open()
  work('normalize')
  const id = await accept()
  await deadLetter([id])
  await balanced()
  await mend()
  const why = ['--by', 'anna', '--reason', 'the record is mended']
  expect(await redrive(id, ...why)).toEqual({ code: 0, out: `PASS incident=${id} stage=readiness\n`, err: '' })
  expect(await ledger.readRecord(id)).toMatchObject({ status: 'readiness', verdict: null })
  expect(await ledger.accounting()).toMatchObject({ in_flight: 1, 'verdict:dead_lettered': 0 })
  expect(await queues.readiness.getJobCounts()).toMatchObject({ waiting: 1, failed: 0 })
  await balanced()

  for (const stage of ['readiness', 'dry-run'] as const) work(stage)
  await statusIs(id, 'awaiting_review')
  const read = await ledger.read(id)
  expect(read && verifyChain(read.trace, read.incident).problem).toBeNull()
  expect(read?.trace.map(({ event }) => event)).toEqual([
    ...['webhook_received', 'incident_event_normalized', 'dead_lettered', 'redriven'],
    ...['spec_resolved', 'readiness_evaluated', 'dry_run_evaluated', 'review_requested'],
  ])
  expect(read?.trace[3]).toMatchObject({
    stage: 'readiness',
    actor: 'operator:anna',
    decision_diff: {
      status: ['dead_lettered', 'readiness'],
      reason: [null, 'the record is mended'],
      via: [null, 'command_line'],
    },
  })
  await balanced()
  const twice = await redrive(id, '--json')
  expect(twice).toMatchObject({ code: 1, err: '' })
  expect(JSON.parse(twice.out)).toMatchObject({ outcome: 'block', reasons: [{ code: 'not_dead_lettered' }] })
})

it('by four people at once, takes all of a queue up once each, and what fails again can be taken up again', async () => {
  const { ledger, queues, accept, work, deadLetter, mend, redrive, statusIs, balanced } = await open()
  work('normalize', 20)
  const ids = await Promise.all(Array.from({ length: 250 }, (_, n) => accept(`pod-${n}`)))
  await deadLetter(ids)
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => redrive('--queue', 'readiness', '--by', 'several', '--json')),
  )
  const counts = answers.map(({ code, out }) => ({ code, ...JSON.parse(out) }))
  expect(counts.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  expect(counts.reduce((sum, { redriven }) => sum + redriven, 0)).toBe(250)
  expect(await queues.readiness.getJobCounts()).toMatchObject({ waiting: 250, failed: 0 })
  await balanced()
  const worker = work('readiness', 20)
  for (const id of ids) await statusIs(id, 'dead_lettered')
  await worker.close()
  await mend()
  const again = await redrive('--queue', 'readiness')
  expect(again.code).toBe(0)
  expect(again.out).toBe('PASS queue=readiness redriven=250 skipped=0 refused=0\n')
  expect(again.err.trim().split('\n').length).toBeGreaterThan(1)
  for (const stage of ['readiness', 'dry-run'] as const) work(stage, 20)
  for (const id of ids) await statusIs(id, 'awaiting_review')
  expect(await ledger.accounting()).toMatchObject({ received: 250, in_flight: 0, 'verdict:awaiting_review': 250 })
  await balanced()
})

it('takes nothing up that its sources resolved', async () => {
  const { ledger, installation, work, deadLetter, redrive, statusIs, balanced } = await open()
  const api = await openApi(inject('redisUrl'), installation)
  work('normalize')
  const { incident_id: id } = (await api.post('/webhooks/grafana', grafanaDelivery({ fault: 'over' }))).body
    .incidents[0]
  await deadLetter([id])
  const resolved = grafanaDelivery({ fault: 'over' }, { status: 'resolved', endsAt: new Date().toISOString() })
  await api.post('/webhooks/grafana', resolved)
  const { code, err } = await redrive(id)
  expect(code).toBe(1)
  expect(err).toMatch(/^BLOCK incident=.*\n {2}- resolved: .* resolved by its sources/)
  expect((await redrive('--queue', 'readiness')).out).toBe('PASS queue=readiness redriven=0 skipped=1 refused=0\n')
  await statusIs(id, 'dead_lettered')
  expect((await ledger.accounting()).in_flight).toBe(0)
  await balanced()
  await api.close()
})

it('says which of a queue nobody can take up, and takes up the others', async () => {
  const { ledger, queues, accept, work, deadLetter, redrive, balanced } = await open()
  work('normalize')
  const [bad, gone, good] = [await accept('pod-1'), await accept('pod-2'), await accept('pod-3')]
  await deadLetter([bad, gone, good])
  await redis.hset(ledger.keys.incident(bad), { sightings: '{not json' })
  await redis.del(ledger.keys.incident(gone))
  await redis.zadd(queues.readiness.toKey('failed'), 1, 'active')
  const { code, err } = await redrive('--queue', 'readiness')
  expect(code).toBe(1)
  expect(err).toContain('BLOCK queue=readiness redriven=1 skipped=0 refused=2')
  expect(err).toContain(`  - unreadable: ${bad}`)
  expect(err).toContain(`  - unknown: ${gone}`)
  expect((await redrive(bad)).code).toBe(1)
  await balanced()
})

it.each<[string, string[], string]>([
  ['neither id nor queue', [], 'missing_incident'],
  ['both', ['HM-2026-05-17-01', '--queue', 'readiness'], 'missing_incident'],
  ['an id that is none', ['active'], 'incident_id_invalid'],
  ['an id nobody knows', ['HM-2026-05-17-99'], 'incident_unknown'],
  ['a queue that does not exist', ['--queue', 'upkeep'], 'invalid_argument'],
  ['an empty reason', ['HM-2026-05-17-99', '--reason', ' '], 'invalid_argument'],
])('ends with 2 and says what is wrong with %s', async (_, args, code) => {
  const { redrive } = await open()
  const json = await redrive(...args, '--json')
  expect({ code: json.code, err: json.err }).toEqual({ code: 2, err: '' })
  expect(JSON.parse(json.out)).toMatchObject({ outcome: 'error', error: { code } })
  const text = await redrive(...args)
  expect({ code: text.code, out: text.out }).toEqual({ code: 2, out: '' })
  expect(text.err).not.toContain('    at ')
})

it('names every queue an incident can fail in', async () => {
  const { redrive } = await open()
  for (const stage of StageName.options)
    expect(await redrive('--queue', stage)).toMatchObject({ code: 0, out: expect.stringContaining('redriven=0') })
})
