/** The reconciler against a real Redis: what was lost comes back, once, and what is on its way is left alone. */

import type { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { PASSED_EVENTS } from '../../tests/support/passed-events.ts'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import { changeTo } from '../shared/ledger/change.ts'
import { putBack } from '../shared/ledger/ledger-upkeep.ts'
import { reconcile } from './reconcile.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async (installation: string) => {
  const pipeline = await openPipeline(redis, installation)
  const { ledger, metrics } = pipeline
  return {
    ...pipeline,
    reconcile: (silentMs = 0) => reconcile(pipeline, silentMs),
    counted: async () => {
      const { values } = await metrics.reconciled.get()
      return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]))
    },
    statusIs: (id: string, status: string) =>
      eventually(async () => expect((await ledger.readRecord(id))?.status).toBe(status)),
  }
}
const NOTHING = { put_back: 0, dead_lettered: 0, unreadable: 0 }

describe('an incident whose job is gone', () => {
  it.each<[string, (queue: string, id: string) => Promise<unknown>]>([
    ['with all that BullMQ knew of it', (queue, id) => redis.del(`${queue}wait`, `${queue}${id}`)],
    ['from the list alone', (queue) => redis.del(`${queue}wait`)],
    ['but for its place in the list', (queue, id) => redis.del(`${queue}${id}`)],
    ['and something else is in its place', (queue, id) => redis.set(`${queue}${id}`, 'not a job')],
  ])('%s goes on where it was, once', async (what, lose) => {
    const installation = `reconcile-${what.length}`
    const { ledger, queues, accept, work, reconcile, counted, statusIs, balanced } = await open(installation)
    work('normalize')
    const id = await accept()
    await statusIs(id, 'readiness')
    await lose(`{${installation}}:readiness:`, id)
    await Promise.all(Array.from({ length: 10 }, () => reconcile()))
    expect(await counted()).toEqual({ ...NOTHING, put_back: 1 })
    expect((await queues.readiness.getWaiting()).map((job) => job.id)).toContain(id)
    for (const stage of ['readiness', 'dry-run'] as const) work(stage)
    await statusIs(id, 'awaiting_review')
    const read = await ledger.read(id)
    expect(read && verifyChain(read.trace, read.incident).problem).toBeNull()
    expect(read?.trace.map(({ event }) => event)).toEqual(PASSED_EVENTS)
    await balanced()
  })
})

it.each<[string, (queue: string, id: string) => Promise<unknown>]>([
  ['of a job that somebody wrote in', (queue, id) => redis.hset(`${queue}${id}`, 'data', 'no JSON')],
  [
    'of a job that failed and cannot be read',
    async (queue, id) => {
      await redis.lrem(`${queue}wait`, 1, id)
      await redis.zadd(`${queue}failed`, Date.now(), id)
      await redis.del(`${queue}${id}`)
      await redis.set(`${queue}${id}`, 'not a hash')
    },
  ],
])('ends the incident %s, and no other with it', async (what, harm) => {
  const installation = `reconcile-written-${what.length}`
  const { accept, work, reconcile, queues, statusIs, balanced } = await open(installation)
  const [written = '', ...others] = (await Promise.all(['a', 'b', 'c'].map((pod) => accept(pod)))).sort()
  await harm(`{${installation}}:normalize:`, written)
  work('normalize')
  for (const id of others) await statusIs(id, 'readiness')
  await eventually(async () => expect(await queues.normalize.getFailedCount()).toBe(1))
  await reconcile()
  await statusIs(written, 'dead_lettered')
  for (const stage of ['readiness', 'dry-run'] as const) work(stage)
  for (const id of others) await statusIs(id, 'awaiting_review')
  await balanced()
})

it('leaves alone what waits, what is worked on, what is delayed and what has ended', async () => {
  const { redis, ledger, queues, accept, work, reconcile, counted, statusIs, balanced } = await open('reconcile-alone')
  for (const stage of StageName.options) work(stage)
  await statusIs(await accept('pod-ended'), 'awaiting_review')
  await Promise.all(StageName.options.map((stage) => queues[stage].pause()))
  const [active, delayed, prioritized] = [await accept('pod-1'), await accept('pod-2'), await accept('pod-3')]
  await accept('pod-4')
  await (await queues.normalize.getJob(delayed))?.remove()
  await queues.normalize.add('incident', { schema: 1, incident_id: delayed }, { jobId: delayed, delay: 60_000 })
  await (await queues.normalize.getJob(prioritized))?.changePriority({ priority: 3 })
  await redis.lrem('{reconcile-alone}:normalize:wait', 1, active)
  await redis.set(`{reconcile-alone}:normalize:${active}:lock`, 'a worker')
  const before = await queues.normalize.getJobCounts()
  await redis.zadd(ledger.keys.open, 1, delayed)
  await reconcile()
  expect(Number(await redis.zscore(ledger.keys.open, delayed))).toBeGreaterThan(1)
  await reconcile()
  expect(await counted()).toEqual(NOTHING)
  expect(await queues.normalize.getJobCounts()).toEqual(before)
  expect((await ledger.accounting()).in_flight).toBe(4)
  await balanced()
})

it('looks at an incident only once nothing was known of it for long enough, and then not again at once', async () => {
  const { redis, ledger, queues, accept, reconcile, counted } = await open('reconcile-silent')
  const id = await accept()
  await queues.normalize.obliterate({ force: true })
  await reconcile(60_000)
  expect(await counted()).toEqual(NOTHING)
  await redis.zadd(ledger.keys.open, Date.now() - 60_001, id)
  await reconcile(60_000)
  expect(await counted()).toEqual({ ...NOTHING, put_back: 1 })
  expect(Number(await redis.zscore(ledger.keys.open, id))).toBeGreaterThan(Date.now() - 60_000)
})

it.each<[string, (queue: Queue, id: string, incident: string) => Promise<unknown>]>([
  ['waits', async () => {}],
  [
    'waits for its time',
    async (queue, id) => {
      await (await queue.getJob(id))?.remove()
      await queue.add('incident', {}, { jobId: id, delay: 60_000 })
    },
  ],
  [
    'is worked on',
    async (queue, id) => {
      await redis.lrem(queue.toKey('wait'), 1, id)
      await redis.set(`${queue.toKey(id)}:lock`, 'a worker')
    },
  ],
  [
    'is done, with the incident changed',
    async (queue, id, incident) => {
      await (await queue.getJob(id))?.remove()
      await redis.hset(incident, 'head', '1'.repeat(64))
    },
  ],
])('adds nothing when meanwhile the job %s', async (what, happen) => {
  const { ledger, queues, accept } = await open(`put-back-${what.length}`)
  const id = await accept()
  const { head } = (await ledger.readRecord(id)) ?? { head: '' }
  await happen(queues.normalize, id, ledger.keys.incident(id))
  const before = await queues.normalize.getJobCounts()
  const change = changeTo({ incident_id: id, head }, {})
  expect(await putBack(redis, ledger.keys, queues.normalize, change)).toBe(false)
  expect(await queues.normalize.getJobCounts()).toEqual(before)
})

it('gives the verdict that a job which failed without one should have had', async () => {
  const { ledger, queues, accept, reconcile, counted, balanced } = await open('reconcile-failed')
  const id = await accept()
  await redis.multi().del('{reconcile-failed}:normalize:wait').zadd('{reconcile-failed}:normalize:failed', 1, id).exec()
  await redis.hset(`{reconcile-failed}:normalize:${id}`, 'failedReason', 'out of luck')
  await Promise.all([reconcile(), reconcile(), reconcile()])
  const read = await ledger.read(id)
  expect(read?.incident.verdict).toMatchObject({ verdict: 'dead_lettered', stage: 'normalize' })
  expect(read?.trace.at(-1)?.decision_diff.reason).toEqual([null, 'its job failed without a verdict: out of luck'])
  expect(await counted()).toEqual({ ...NOTHING, dead_lettered: 1 })
  expect(await queues.normalize.getFailedCount()).toBe(1)
  await balanced()
})

it.each<[string, (key: string) => Promise<unknown>]>([
  ['somebody wrote in', (key) => redis.hset(key, 'sightings', '{not json')],
  ['is not a record', (key) => redis.set(key, 'not a hash')],
  ['is gone', (key) => redis.del(key)],
  ['says no stage', (key) => redis.hset(key, 'status', 'lost')],
])('reports an incident whose record %s, and goes on with the others', async (what, spoil) => {
  const { ledger, queues, accept, reconcile, counted, balanced } = await open(`reconcile-unreadable-${what.length}`)
  const [broken, good] = [await accept('pod-1'), await accept('pod-2')]
  await queues.normalize.obliterate({ force: true })
  await spoil(ledger.keys.incident(broken))
  await reconcile()
  expect(await counted()).toEqual({ ...NOTHING, unreadable: 1, put_back: 1 })
  expect((await queues.normalize.getWaiting()).map((job) => job.id)).toEqual([good])
  expect((await ledger.accounting()).in_flight).toBe(2)
  await balanced()
})

it('puts back thousands, more than one round looks at in a call, from several replicas at once', async () => {
  const { queues, accept, reconcile, counted, balanced } = await open('reconcile-many')
  const ids: string[] = []
  for (let n = 0; n < 1200; n++) ids.push(await accept(`pod-${n}`))
  await queues.normalize.obliterate({ force: true })
  await Promise.all([reconcile(), reconcile(), reconcile()])
  // Of those that one replica looked at and another had put back already, nothing is put back twice.
  expect(await counted()).toEqual({ ...NOTHING, put_back: 1200 })
  expect((await queues.normalize.getWaiting()).map((job) => job.id).sort()).toEqual(ids.sort())
  await balanced()
})
