/** Retention against a real Redis, and upkeep as every worker process runs it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { openApi } from '../../tests/support/api.ts'
import { grafanaDelivery, pagerdutyDelivery } from '../../tests/support/faults.ts'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually, killAll, startProcess } from '../../tests/support/processes.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import { pruneEnded } from '../shared/ledger/ledger-upkeep.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => {
  killAll()
  redis.disconnect()
})

const DAYS = 86_400_000
const RETENTION = 30 * DAYS

const open = async (installation: string) => {
  const pipeline = await openPipeline(redis, installation)
  const { ledger } = pipeline
  return {
    ...pipeline,
    /** Everything of the ledger and the stages' queues but the books, the terms, BullMQ's own bookkeeping and what lives for minutes. */
    keys: async () =>
      (await redis.keys(`{${installation}}:*`))
        .map((key) => key.slice(installation.length + 3))
        .filter(
          (key) =>
            !/^(accounting|kept:.*|deliveries:\d+|[^:]+:(meta|events|id|marker|stalled-check|stalled))$/.test(key),
        ),
    prune: (most = 100) => pruneEnded(redis, ledger.keys, RETENTION, most),
    ended: (id: string) => eventually(async () => expect(await redis.zscore(ledger.keys.ended, id)).not.toBeNull()),
    /** As if nothing had come of it since then, nobody waited for it, and what the door remembers were gone long before. */
    age: async (id: string, ms: number) => {
      await redis.zrem(ledger.keys.reviews, id)
      await redis.del(...(await redis.keys(`${ledger.keys.prefix}deliveries:*`)), 'nothing')
      await redis.zadd(ledger.keys.ended, Date.now() - ms, id)
    },
  }
}

it('keeps an ended incident for its retention, and then nothing of it but the accounting', async () => {
  const { ledger, work, accept, prune, ended, age, keys, balanced } = await open('retention-over')
  for (const stage of StageName.options) work(stage)
  const id = await accept()
  await ended(id)
  await age(id, RETENTION - 60_000)
  expect(await prune()).toBe(0)
  expect((await ledger.readRecord(id))?.status).toBe('awaiting_review')
  await age(id, RETENTION)
  expect(await prune()).toBe(1)
  expect(await keys()).toEqual([])
  expect(await ledger.accounting()).toEqual({ received: 1, in_flight: 0, 'verdict:awaiting_review': 1 })
  await balanced()
})

it('never takes one in flight, however old', async () => {
  const { redis, ledger, accept, prune, balanced } = await open('retention-open')
  const id = await accept()
  await redis.zadd(ledger.keys.open, 1, id)
  expect(await prune()).toBe(0)
  expect(await redis.zscore(ledger.keys.ended, id)).toBeNull()
  await balanced()
})

it('never takes one that waits for a person, nor lets it keep others here', async () => {
  const { redis, ledger, work, accept, prune, ended, age, balanced } = await open('retention-waiting')
  for (const stage of StageName.options) work(stage)
  const [waits, over] = [await accept('pod-waits'), await accept('pod-over')]
  for (const id of [waits, over]) {
    await ended(id)
    await age(id, RETENTION)
  }
  await redis.zadd(ledger.keys.ended, Date.now() - RETENTION - 60_000, waits)
  await redis.zadd(ledger.keys.reviews, Date.now() - RETENTION, waits)
  expect([await prune(1), await prune(1)]).toEqual([0, 1])
  expect(await ledger.readRecord(over)).toBeNull()
  expect((await ledger.readRecord(waits))?.status).toBe('awaiting_review')
  expect(await ledger.reviews.waiting(10)).toEqual([waits])
  await balanced()
})

it('starts anew with each repeat and each source, whichever source it was that came weeks later', async () => {
  const api = await openApi(inject('redisUrl'), 'retention-renewed')
  const { ledger, work, prune, ended, age, keys, balanced } = await open('retention-renewed')
  for (const stage of StageName.options) work(stage)
  const fault = { fault: 'renewed' }
  const { incident_id: id } = (await api.post('/webhooks/grafana', grafanaDelivery(fault))).body.incidents[0]
  await ended(id)
  const deliveries = [
    ['grafana', grafanaDelivery(fault), 'duplicate'],
    ['pagerduty', pagerdutyDelivery(fault), 'attached'],
    ['pagerduty', pagerdutyDelivery(fault), 'duplicate'],
    ['grafana', grafanaDelivery(fault), 'duplicate'],
  ] as const
  for (const [delivered, [source, delivery, outcome]] of deliveries.entries()) {
    await age(id, RETENTION - 60_000)
    // Bytes of its own each time, so that it is not the door that knows it.
    const told = { ...(delivery as object), delivered }
    const [incident] = (await api.post(`/webhooks/${source}`, told)).body.incidents
    expect(incident).toMatchObject({ incident_id: id, outcome })
    expect(Number(await redis.zscore(ledger.keys.ended, id))).toBeGreaterThan(Date.now() - 60_000)
    await balanced()
  }
  await age(id, RETENTION)
  expect(await prune()).toBe(1)
  expect(await keys()).toEqual([])
  const [later] = (await api.post('/webhooks/grafana', grafanaDelivery(fault))).body.incidents
  expect(later).toMatchObject({ incident_id: id, outcome: 'accepted' })
  await balanced()
  await api.close()
})

it('gives no version of a correlation key twice, whatever was taken off it meanwhile', async () => {
  const { ledger, work, accept, prune, ended, age } = await open('retention-versions')
  for (const stage of StageName.options) work(stage)
  const id = await accept()
  const [key = ''] = JSON.parse((await redis.hget(ledger.keys.incident(id), 'listed:0')) ?? '[]')
  const version = async () => (await ledger.findRelated(id, [key], 1)).versions[0] ?? 0
  const before = await version()
  await ended(id)
  await age(id, RETENTION)
  expect(await prune()).toBe(1)
  expect(await version()).toBe(0)
  expect(await accept()).toBe(id)
  expect(await version()).toBeGreaterThan(before)
})

it('takes what was closed at once, and the failed job of what was dead-lettered', async () => {
  const api = await openApi(inject('redisUrl'), 'retention-ends')
  const { ledger, queues, work, accept, prune, ended, age, keys, balanced } = await open('retention-ends')
  const resolved = grafanaDelivery({ fault: 'closed' }, { status: 'resolved', endsAt: '2026-05-17T11:50:00Z' })
  const [closed] = (await api.post('/webhooks/grafana', resolved)).body.incidents
  expect(closed.outcome).toBe('closed')
  work('normalize')
  const id = await accept()
  await eventually(async () => expect((await ledger.readRecord(id))?.status).toBe('readiness'))
  await redis.hset(ledger.keys.incident(id), 'decision:normalize', '{}\n{}\n{"changed":true}')
  work('readiness')
  await ended(id)
  expect(await queues.readiness.getFailedCount()).toBe(1)
  for (const one of [id, closed.incident_id]) await age(one, RETENTION)
  expect(await prune()).toBe(2)
  expect(await keys()).toEqual([])
  await balanced()
  await api.close()
})

it('takes no more at once than it is told to, the longest ended first, and what somebody wrote in as well', async () => {
  const { ledger, work, accept, prune, ended, age, keys } = await open('retention-batches')
  for (const stage of StageName.options) work(stage, 10)
  const ids = await Promise.all(Array.from({ length: 5 }, (_, n) => accept(`pod-${n}`)))
  for (const [n, id] of ids.entries()) {
    await ended(id)
    await age(id, RETENTION + n * 60_000)
  }
  await redis.set(ledger.keys.incident(ids[4] ?? ''), 'not a hash')
  await redis.zadd(ledger.keys.reviews, 1, ids[4] ?? '')
  expect(await prune(2)).toBe(2)
  expect((await ledger.idsAfter(null, 10)).map(({ id }) => id).sort()).toEqual(ids.slice(0, 3).sort())
  expect([await prune(2), await prune(2), await prune(2)]).toEqual([2, 1, 0])
  expect((await keys()).filter((key) => !key.startsWith('correlation:'))).toEqual([])
})

const QUARANTINED = {
  ...{ id: 'Q-0123456789abcdef', source: 'grafana', request_id: 'r', reasons: ['x'], size_bytes: 2 },
  ...{ body_sha256: '0'.repeat(64), kept: 'redacted' as const, body: {}, headers: {} },
}

it('is done by worker processes, any number of them', { timeout: 180_000 }, async () => {
  const { ledger, queues, accept, balanced } = await open('upkeep-processes')
  const env = {
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: 'upkeep-processes',
    WORKER_PORT: '0',
    LEDGER_RETENTION: '1s',
    // Without a policy it is blocked, and waits for nobody.
    POLICY_DIR: await mkdtemp(join(tmpdir(), 'interlock-no-policies-')),
  }
  onTestFinished(() => rm(env.POLICY_DIR, { recursive: true }))
  const lost = await accept('pod-lost')
  await queues.normalize.obliterate({ force: true })
  await redis.zadd(ledger.keys.open, 1, lost)
  await ledger.quarantine.keep(QUARANTINED, new Date().toISOString())
  const workers = [1, 2, 3].map(() => startProcess(['worker'], env))
  for (const worker of workers) await worker.started()
  const lines = () => workers.flatMap((worker) => worker.lines)
  const said = (event: string) => lines().filter((line) => line.event === event)
  await eventually(() => expect(said('incident_put_back')).toMatchObject([{ incident_id: lost }]))
  await expect.poll(() => said('incidents_pruned'), { timeout: 120_000 }).toMatchObject([{ count: 1 }])
  expect(await ledger.readRecord(lost)).toBeNull()
  await eventually(() => expect(said('quarantine_pruned')).toMatchObject([{ count: 1 }]))
  expect(await ledger.quarantine.count()).toBe(0)
  for (const { lines } of workers) {
    const address = lines.find(({ probes }) => probes !== undefined)?.probes
    expect(await (await fetch(`${address}/metrics`)).text()).toMatch(/^interlock_accounting_imbalance 0$/m)
  }
  expect([said('upkeep_failed'), said('redis_error')]).toEqual([[], []])
  await balanced()
  for (const worker of workers) expect(await worker.stop('SIGTERM')).toMatchObject({ code: 0 })
})
