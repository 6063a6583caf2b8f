/** The gauges that are read from Redis, against real queues, blocked incidents and reviews. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, onTestFinished, test } from 'vitest'
import { openApi } from '../../../tests/support/api.ts'
import { grafanaDelivery } from '../../../tests/support/faults.ts'
import { openPipeline } from '../../../tests/support/pipeline.ts'
import { eventually } from '../../../tests/support/processes.ts'
import { StageName } from '../contracts/audit-record.ts'
import { pruneEnded } from '../ledger/ledger-upkeep.ts'
import { createMetrics } from './metrics.ts'
import { watchInstallation } from './watch-installation.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async () => {
  const installation = `gauges-${randomUUID()}`
  const pipeline = await openPipeline(redis, installation)
  const { keys } = pipeline.ledger
  return {
    ...pipeline,
    installation,
    /** The values of these gauges now, by their labels. */
    read: async (...names: string[]): Promise<Record<string, number>> => {
      const metrics = createMetrics('test')
      const end = watchInstallation(redis, keys, metrics)
      await eventually(async () => expect((await metrics.queueSampled.get()).values).toHaveLength(3))
      end()
      const text = await metrics.registry.metrics()
      const found = text.matchAll(/^interlock_(\w+)(?:\{(.*)\})? (\S+)$/gm)
      const kept = [...found].filter(([, name = '']) => names.includes(name))
      return Object.fromEntries(
        kept.map(([, name, labels = '', value]) => [
          [name, ...[...labels.matchAll(/"(.*?)"/g)].map(([, label]) => label)].join(' '),
          Number(value),
        ]),
      )
    },
  }
}

const MINUTE = 60_000

test('a queue: how many in which state, since when the first waits, and whether it hands out any', async () => {
  const { accept, queues, read } = await open()
  const empty = await read('queue_jobs', 'queue_oldest_waiting_age_seconds', 'queue_paused', 'dead_letter_jobs')
  expect(Object.keys(empty)).toHaveLength(3 * (4 + 1 + 1 + 1))
  expect(Object.values(empty).every((value) => value === 0)).toBe(true)

  const first = await accept('pod-1')
  await accept('pod-2')
  // As if the first had been there for a minute, of which it had to wait ten seconds by itself.
  const opts = JSON.parse((await redis.hget(queues.normalize.toKey(first), 'opts')) ?? '{}')
  await redis.hset(queues.normalize.toKey(first), {
    timestamp: Date.now() - MINUTE,
    opts: JSON.stringify({ ...opts, delay: 10_000 }),
  })
  await redis.zadd(queues.readiness.toKey('failed'), 1, 'a')
  await redis.zadd(queues.readiness.toKey('delayed'), 1, 'b')
  await queues['dry-run'].pause()
  expect(await read('queue_jobs', 'dead_letter_jobs', 'queue_paused')).toMatchObject({
    'queue_jobs normalize waiting': 2,
    'queue_jobs normalize active': 0,
    'queue_jobs readiness failed': 1,
    'queue_jobs readiness delayed': 1,
    'dead_letter_jobs readiness': 1,
    'dead_letter_jobs normalize': 0,
    'queue_paused dry-run': 1,
    'queue_paused normalize': 0,
  })
  const { 'queue_oldest_waiting_age_seconds normalize': age } = await read('queue_oldest_waiting_age_seconds')
  expect(age).toBeGreaterThanOrEqual(50)
  expect(age).toBeLessThan(59)

  // A minute ago a worker took it, and nothing came of it.
  await redis.lmove(queues.normalize.toKey('wait'), queues.normalize.toKey('active'), 'RIGHT', 'LEFT')
  await redis.hset(queues.normalize.toKey(first), 'processedOn', Date.now() - MINUTE)
  const taken = await read('queue_jobs', 'queue_oldest_active_age_seconds')
  expect(taken).toMatchObject({ 'queue_jobs normalize waiting': 1, 'queue_jobs normalize active': 1 })
  expect(taken['queue_oldest_active_age_seconds normalize']).toBeGreaterThanOrEqual(60)
})

test('reviews: how many, and since when the first', async () => {
  const { accept, work, ledger, read } = await open()
  for (const stage of StageName.options) work(stage)
  const id = await accept('pod-1')
  await accept('pod-2')
  await eventually(async () => expect(await ledger.reviews.count()).toBe(2))
  await redis.zadd(ledger.keys.reviews, Date.now() - MINUTE, id)
  const { reviews_waiting, review_oldest_waiting_age_seconds: age } = await read(
    'reviews_waiting',
    'review_oldest_waiting_age_seconds',
  )
  expect(reviews_waiting).toBe(2)
  expect(age).toBeGreaterThanOrEqual(60)
})

test('blockers: what they hold and since when, until the sources say it is over, or nothing is kept of it', async () => {
  const { work, ledger, installation, read } = await open()
  // No policy at all: whatever comes is blocked.
  const api = await openApi(inject('redisUrl'), installation)
  onTestFinished(() => api.close())
  for (const stage of StageName.options) work(stage)
  const unknownClass = { labels: { alertname: 'NobodyKnowsThis' } }
  const tell = (fault: string, patch = {}) => api.post('/webhooks/grafana', grafanaDelivery({ fault }, patch))
  const ids: string[] = []
  for (const fault of ['one', 'two']) ids.push((await tell(fault, unknownClass)).body.incidents[0].incident_id)
  await eventually(async () => expect(await ledger.accounting()).toMatchObject({ 'verdict:blocked': 2 }))
  const [blocker] = (await ledger.readRecord(ids[0] ?? ''))?.verdict?.blockers ?? []
  const code = blocker?.code ?? 'none'
  const listed = `${ledger.keys.prefix}blocked:${code}`
  await redis.zadd(listed, Date.now() - MINUTE, ids[0] ?? '')
  const held = await read('blockers_open', 'blocker_oldest_open_age_seconds')
  expect(held).toMatchObject({ [`blockers_open ${code}`]: 2, 'blockers_open axis_missing': 0 })
  expect(held[`blocker_oldest_open_age_seconds ${code}`]).toBeGreaterThanOrEqual(60)
  expect(held['blockers_open kill_switch_engaged']).toBeUndefined()

  const over = await tell('one', { ...unknownClass, status: 'resolved' })
  expect(over.body.incidents[0]).toMatchObject({ incident_id: ids[0] })
  expect((await ledger.readRecord(ids[0] ?? ''))?.status).toBe('blocked')
  expect(await read('blockers_open')).toMatchObject({ [`blockers_open ${code}`]: 1 })
  const text = (await api.get('/metrics')).body
  expect(text).toContain(`interlock_blocker_resolution_duration_seconds_count{code="${code}"} 1`)
  expect(text).toMatch(/^interlock_webhook_last_accepted_timestamp_seconds\{source="grafana"\} \d+/m)
  expect(text).not.toMatch(/^interlock_webhook_last_accepted_timestamp_seconds\{source="pagerduty"\}/m)

  await redis.zadd(ledger.keys.ended, 1, ids[1] ?? '')
  expect(await pruneEnded(redis, ledger.keys, MINUTE, 10)).toBe(1)
  expect(await redis.exists(listed)).toBe(0)
})
