/** The API while Redis is away, frozen or not to be trusted: quick and honest refusals, and nothing acknowledged is lost. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Answer, type Api, openApi } from '../../tests/support/api.ts'
import { grafanaDelivery } from '../../tests/support/faults.ts'
import { openRedisProxy, type RedisProxy } from '../../tests/support/redis-proxy.ts'
import { imbalance } from '../shared/ledger/accounting.ts'
import { type RunningRedis, startRedis } from '../shared/redis-server.ts'

const DEADLINE_MS = 60_000
/** A sender gives up after about ten seconds: the refusal must reach it before. */
const QUICK_MS = 5_000

const post = (api: Api, fault: string = randomUUID()) => api.post('/webhooks/grafana', grafanaDelivery({ fault }))

const expectRefusal = ({ status, headers, body }: Answer) => {
  expect({ status, body }).toMatchObject({ status: 503, body: { code: 'redis_unavailable', status: 503 } })
  expect(headers).toMatchObject({ 'content-type': expect.stringContaining('problem+json'), 'retry-after': '5' })
}

const expectQuickRefusal = async (ask: () => Promise<Answer>) => {
  const asked = Date.now()
  expectRefusal(await ask())
  expect(Date.now() - asked).toBeLessThan(QUICK_MS)
}

const untilReady = (api: Api) =>
  vi.waitFor(async () => expect((await api.get('/readyz')).status).toBe(200), { timeout: DEADLINE_MS, interval: 50 })

/** Sends until acknowledged, as senders do, and counts the refusals. */
const insist = async (api: Api, fault: string) => {
  const late = Date.now() + DEADLINE_MS
  for (let refused = 0; ; refused++) {
    const answer = await post(api, fault)
    if (answer.status < 300) return { incident_id: answer.body.incidents[0].incident_id as string, refused }
    expectRefusal(answer)
    if (Date.now() > late) throw new Error(`not acknowledged within ${DEADLINE_MS} ms`)
  }
}

/** Each fault acknowledged is one incident with one job, however often it had to be sent. */
const expectAllKept = async (api: Api, told: readonly { incident_id: string }[]) => {
  expect(new Set(told.map(({ incident_id }) => incident_id)).size).toBe(told.length)
  for (const { incident_id } of told) {
    const read = await api.ledger.read(incident_id)
    expect(read?.trace.map(({ event }) => event)).toEqual(['webhook_received'])
    expect(await api.queue.getJobState(incident_id)).toBe('waiting')
  }
  expect(imbalance(await api.ledger.accounting())).toBe(0)
}

describe('while Redis is away', () => {
  let proxy: RedisProxy
  let api: Api
  beforeAll(async () => {
    proxy = await openRedisProxy(inject('redisUrl'))
    api = await openApi(proxy.url, `away-${randomUUID()}`)
  })
  afterAll(async () => {
    await api.close()
    await proxy.cut()
  })

  test('webhooks and queries are refused, health and metrics answer, and all works again after', async () => {
    const before = await post(api)
    await proxy.cut()
    await expectQuickRefusal(() => post(api))
    await expectQuickRefusal(() => api.get('/incidents'))
    await expectQuickRefusal(() => api.get(`/incidents/${before.body.incidents[0].incident_id}`))
    expect((await api.get('/healthz')).status).toBe(200)
    expect((await api.get('/metrics')).body).toContain(
      'interlock_webhook_events_total{source="grafana",outcome="accepted"} 1',
    )
    // The refusals come before the connection is known to be closed.
    await vi.waitFor(async () =>
      expect(await api.get('/readyz')).toMatchObject({
        status: 503,
        body: { status: 'not_ready', checks: { redis: expect.stringContaining('no connection') } },
      }),
    )
    await proxy.mend()
    await untilReady(api)
    expect((await post(api)).status).toBe(202)
  })

  test('coming and going in the middle of deliveries, it loses nothing that was acknowledged', async () => {
    await untilReady(api)
    const outages = async () => {
      for (let i = 0; i < 5; i++) {
        await proxy.cut()
        await proxy.mend()
        await untilReady(api)
      }
    }
    const [told] = await Promise.all([
      Promise.all(Array.from({ length: 100 }, () => insist(api, randomUUID()))),
      outages(),
    ])
    expect(told.some(({ refused }) => refused > 0)).toBe(true)
    await expectAllKept(api, told)
  })
})

describe('while Redis is frozen', () => {
  let redis: RunningRedis
  let api: Api
  let pid: number
  beforeAll(async () => {
    redis = await startRedis({ NODE_ENV: 'test' })
    api = await openApi(redis.url, 'frozen')
    pid = Number(/process_id:(\d+)/.exec(await api.redis.info('server'))?.[1])
  })
  afterEach(() => {
    process.kill(pid, 'SIGCONT')
  })
  afterAll(async () => {
    await api.close()
    await redis.stop()
  })

  test('webhooks are refused, health and metrics answer, and all works again after', async () => {
    process.kill(pid, 'SIGSTOP')
    await expectQuickRefusal(() => post(api))
    expect((await api.get('/healthz')).status).toBe(200)
    expect((await api.get('/metrics')).status).toBe(200)
    expect(await api.get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: { redis: 'no answer within 1000 ms' } },
    })
    process.kill(pid, 'SIGCONT')
    await untilReady(api)
    expect((await post(api)).status).toBe(202)
  })

  test('what was refused may have been taken up all the same, and is then no second incident', async () => {
    process.kill(pid, 'SIGSTOP')
    const faults = Array.from({ length: 50 }, () => randomUUID())
    for (const answer of await Promise.all(faults.map((fault) => post(api, fault)))) expectRefusal(answer)
    process.kill(pid, 'SIGCONT')
    await untilReady(api)
    await expectAllKept(api, await Promise.all(faults.map((fault) => insist(api, fault))))
  })
})

test('a Redis that may evict is not ready, and says what to set', async () => {
  const redis = await startRedis({ NODE_ENV: 'test' })
  const api = await openApi(redis.url, 'evicting')
  try {
    expect(await api.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', checks: { redis: 'ok' } } })
    await api.redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await api.get('/readyz')).toMatchObject({
      status: 503,
      body: { checks: { redis: 'maxmemory-policy is allkeys-lru: set it to noeviction' } },
    })
  } finally {
    await api.close()
    await redis.stop()
  }
})

test('a Redis that is full refuses, and nothing is half written', async () => {
  const redis = await startRedis({ NODE_ENV: 'test' })
  const api = await openApi(redis.url, 'full')
  try {
    await post(api)
    await vi.waitFor(async () => expect(await api.redis.keys('*:deliveries:*')).toHaveLength(1))
    const before = await api.redis.dbsize()
    await api.redis.config('SET', 'maxmemory', '1')
    await expectQuickRefusal(() => post(api))
    await api.redis.config('SET', 'maxmemory', '0')
    expect(await api.redis.dbsize()).toBe(before)
    expect(await api.ledger.accounting()).toEqual({ received: 1, in_flight: 1 })
  } finally {
    await api.close()
    await redis.stop()
  }
})
