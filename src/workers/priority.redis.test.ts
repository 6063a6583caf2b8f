/** That the urgent overtake the others, wherever a job has been on its way: real Redis, real workers. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { changeTo } from '../shared/ledger/change.ts'
import { putBack } from '../shared/ledger/ledger-upkeep.ts'
import { reconcile } from './reconcile.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async () => {
  const installation = `priority-${randomUUID()}`
  const pipeline = await openPipeline(redis, installation)
  const { ledger, accept, queues } = pipeline
  const accepted = new Map<string, string>()
  return {
    ...pipeline,
    installation,
    /** One incident of this severity; `name` is what `order` calls it. */
    acceptAs: async (priority: string, name = priority) => {
      const id = await accept(name, { priority })
      accepted.set(id, name)
      return id
    },
    placeOf: async (id: string) => await queues.normalize.getJobState(id),
    /** In which order all that was accepted came to its verdict. */
    order: async () => {
      await eventually(async () => expect(await ledger.accounting()).toMatchObject({ in_flight: 0 }))
      const ended = await redis.zrangebyscore(ledger.keys.ended, '-inf', '+inf')
      return ended.map((id) => accepted.get(id))
    },
  }
}

it('takes P0 to P2 first, as they came, and then P3, P4 and P5', async () => {
  const { acceptAs, placeOf, work, queues, order, balanced } = await open()
  await queues.normalize.pause()
  const flood = ['P4', 'P5', 'P4', 'P3', 'P4', 'P2', 'P5', 'P1', 'P0', 'P3', 'P1']
  const ids: string[] = []
  for (const [n, priority] of flood.entries()) ids.push(await acceptAs(priority, `${priority}-${n}`))
  const places = await Promise.all(ids.map(placeOf))
  expect(places).toEqual(flood.map((priority) => (priority < 'P3' ? 'waiting' : 'prioritized')))
  for (const stage of ['normalize', 'readiness', 'dry-run'] as const) work(stage)
  await queues.normalize.resume()
  expect(await order()).toEqual([
    ...['P2-5', 'P1-7', 'P0-8', 'P1-10'],
    ...['P3-3', 'P3-9', 'P4-0', 'P4-2', 'P4-4', 'P5-1', 'P5-6'],
  ])
  await balanced()
})

it('is accepted once, whichever way a repeat comes', async () => {
  const { acceptAs, ledger, queues } = await open()
  await Promise.all(Array.from({ length: 20 }, () => acceptAs('P4')))
  expect(await queues.normalize.getJobCounts('prioritized', 'wait')).toEqual({ prioritized: 1, wait: 0 })
  expect(await ledger.accounting()).toMatchObject({ received: 20, duplicates: 19, in_flight: 1 })
})

it('comes back to its place when an emergency stop is lifted', async () => {
  const { acceptAs, placeOf, work, queues, ledger, order, balanced } = await open()
  const stop = { scope: 'global', by: 'anna', reason: 'restarts make it worse' }
  await ledger.stops.engage(stop, new Date().toISOString())
  const [lesser, urgent] = [await acceptAs('P4'), await acceptAs('P1')]
  const worker = work('normalize')
  await eventually(async () => expect((await ledger.stops.sample()).held).toBe(2))
  await queues.normalize.pause()
  await worker.close()
  await ledger.stops.lift(stop, new Date().toISOString())
  expect([await placeOf(lesser), await placeOf(urgent)]).toEqual(['prioritized', 'waiting'])
  for (const stage of ['normalize', 'readiness', 'dry-run'] as const) work(stage)
  await queues.normalize.resume()
  expect(await order()).toEqual(['P1', 'P4'])
  await balanced()
})

it('is on its way while it waits with a priority, and is put back when it is not', async () => {
  const pipeline = await open()
  const { acceptAs, placeOf, queues, ledger, installation, work, order, metrics } = pipeline
  const id = await acceptAs('P4')
  const found = async () => (await metrics.reconciled.get()).values.reduce((sum, { value }) => sum + value, 0)
  await reconcile(pipeline, 0)
  expect(await found()).toBe(0)
  const incident = await ledger.readRecord(id)
  expect(
    await putBack(redis, ledger.keys, queues.normalize, changeTo(incident ?? { incident_id: id, head: '' }, {})),
  ).toBe(false)
  await redis.zrem(`{${installation}}:normalize:prioritized`, id)
  await reconcile(pipeline, 0)
  expect(await found()).toBe(1)
  expect(await placeOf(id)).toBe('waiting')
  for (const stage of ['normalize', 'readiness', 'dry-run'] as const) work(stage)
  expect(await order()).toEqual(['P4'])
})

it('goes on with its priority after an attempt that failed, and after its worker was lost', async () => {
  const { acceptAs, placeOf, queues, work, order } = await open()
  const [failed, lost] = [await acceptAs('P4', 'failed'), await acceptAs('P5', 'lost')]
  const { normalize } = queues
  const job = await normalize.getJob(failed)
  // As BullMQ does it after a failure: put off, and let go when its time has come.
  await redis.zrem(normalize.toKey('prioritized'), failed)
  await redis.zadd(normalize.toKey('delayed'), 1, failed)
  await job?.promote()
  expect(await placeOf(failed)).toBe('prioritized')
  // As a worker leaves it that is killed: active, without a lock.
  await redis.zrem(normalize.toKey('prioritized'), lost)
  await redis.lpush(normalize.toKey('active'), lost)
  await redis.sadd(normalize.toKey('stalled'), lost)
  for (const stage of ['normalize', 'readiness', 'dry-run'] as const) work(stage)
  expect((await order()).toSorted()).toEqual(['failed', 'lost'])
})
