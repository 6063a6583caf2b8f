/** Heartbeats through real stage workers: each stage's own, and nothing else that is counted, kept or shown knows of them. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import { sampleInstallation } from '../shared/ledger/installation-sample.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { sendHeartbeats } from './heartbeat.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async () => {
  const pipeline = await openPipeline(redis, `heartbeat-${randomUUID()}`)
  const { metrics, queues } = pipeline
  const beats = async (): Promise<Record<string, number>> => {
    const { values } = await metrics.heartbeat.get()
    return Object.fromEntries(values.map(({ labels, value }) => [labels.stage, value]))
  }
  return {
    ...pipeline,
    beats,
    /** Sends until these stages have all beaten after `since` (Unix seconds); returns all beats. */
    beatAfter: (stages: readonly StageName[], since: number) =>
      eventually(async () => {
        await sendHeartbeats(queues)
        const all = await beats()
        for (const stage of stages) expect(all[stage] ?? 0).toBeGreaterThan(since)
        return all
      }),
    idle: () =>
      eventually(async () => {
        for (const queue of Object.values(queues))
          expect(await queue.getJobCounts()).toMatchObject({ active: 0, waiting: 0, delayed: 0, failed: 0 })
      }),
  }
}

/** The counters, histograms and blockers' gauges of ours that are not as in a process that did nothing. */
const moved = async (metrics: ReturnType<typeof createMetrics>) => {
  const fresh = new Set((await createMetrics('test').registry.metrics()).split('\n'))
  const ours = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('interlock_'))
  return ours.filter((line) => !fresh.has(line) && !/^interlock_(heartbeat|worker_(concurrency|active))/.test(line))
}

test('every stage takes it and commits it, and no other figure, list or place ever knows', async () => {
  const { work, beatAfter, idle, ledger, metrics, queues } = await open()
  for (const stage of StageName.options) work(stage, 3)
  await beatAfter(StageName.options, Date.now() / 1000 - 1)
  await idle()
  expect(await moved(metrics)).toEqual([])
  expect(await ledger.accounting()).toEqual({})
  expect(await ledger.idsAfter(null, 10)).toEqual([])
  expect(await ledger.reviews.count()).toBe(0)
  const keys = (await redis.keys(`${ledger.keys.prefix}*`)).map((key) => key.slice(ledger.keys.prefix.length))
  const queueKeys = new RegExp(`^(${Object.keys(queues).join('|')}):(meta|events|id|marker|stalled|stalled-check)$`)
  expect(keys.filter((key) => !queueKeys.test(key))).toEqual(['incident:HEARTBEAT-0'])
})

test.each(StageName.options)('where %s stands still, its beat alone stands still', async (stopped) => {
  const { work, beatAfter, beats, queues, ledger } = await open()
  for (const stage of StageName.options) work(stage)
  const before = await beatAfter(StageName.options, Date.now() / 1000 - 1)
  await queues[stopped].pause()
  const others = StageName.options.filter((stage) => stage !== stopped)
  // One that was in hand when the queue was paused still comes through.
  await eventually(async () => expect(await queues[stopped].getActiveCount()).toBe(0))
  await beatAfter(others, Date.now() / 1000)
  const then = Date.now() / 1000
  await beatAfter(others, then)
  const during = (await beats())[stopped] ?? 0
  expect(during).toBeGreaterThanOrEqual(before[stopped] ?? 0)
  expect(during).toBeLessThanOrEqual(then)
  // However many were sent, one waits, and the figures of the queue leave it out.
  expect(await queues[stopped].getWaitingCount()).toBe(1)
  const { queues: sampled } = await sampleInstallation(redis, ledger.keys)
  const [, seen] = sampled.find(([stage]) => stage === stopped) ?? []
  expect(seen).toMatchObject({ waiting: 0, active: 0, waitingAge: 0, paused: true })
  await queues[stopped].resume()
  await beatAfter(StageName.options, then)
})

test('one that cannot be committed is gone, and the next one beats', async () => {
  const { work, beatAfter, queues, ledger, metrics } = await open()
  // Something else lies where it writes: the commit fails.
  await redis.set(ledger.keys.incident('HEARTBEAT-0'), 'x')
  for (const stage of StageName.options) work(stage)
  await sendHeartbeats(queues)
  await eventually(async () => {
    for (const queue of Object.values(queues)) expect(await queue.getJob('HEARTBEAT-0')).toBeUndefined()
  })
  expect((await metrics.heartbeat.get()).values).toEqual([])
  expect(await moved(metrics)).toEqual([])
  await redis.del(ledger.keys.incident('HEARTBEAT-0'))
  await beatAfter(StageName.options, Date.now() / 1000 - 1)
})
