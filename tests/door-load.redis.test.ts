/** Too many deliveries, and too much to do: who is sent away, with which answer, and who is not. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { MOST_BYTES } from '../src/producers/door/bodies-on-their-way.ts'
import type { Load } from '../src/producers/door/judge-load.ts'
import { MOST_AT_ONCE } from '../src/producers/door/pipelining.ts'
import { watchLoad } from '../src/producers/door/watch-load.ts'
import { ledgerKeys } from '../src/shared/ledger/keys.ts'
import { createLog } from '../src/shared/telemetry/log.ts'
import { NO_POLICIES, openApi } from './support/api.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { fixtureBody, patched } from './support/fixture.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const open = async (limits: Parameters<typeof openApi>[6], installation = `load-${randomUUID()}`) => {
  const api = await openApi(inject('redisUrl'), installation, NO_POLICIES, {}, undefined, undefined, limits)
  onTestFinished(() => api.close())
  /** From this address, as if there were a network, or by a proxy at it for the sender that is named last. */
  const from = async (
    remoteAddress: string,
    url = '/webhooks/grafana',
    payload = grafanaDelivery(fault()) as object,
    forwarded?: string,
  ) => {
    const { statusCode, headers, json } = await api.server.inject({
      ...{ method: 'POST', url, payload, remoteAddress },
      ...(forwarded && { headers: { 'x-forwarded-for': forwarded } }),
    })
    return { status: statusCode, code: json().code, after: Number(headers['retry-after']) }
  }
  const counted = async (name: string) =>
    ((await api.get('/metrics')).body as string)
      .split('\n')
      .filter((line) => line.startsWith(`interlock_${name}`) && !line.endsWith(' 0'))
  return { ...api, installation, from, counted }
}
const fault = () => ({ fault: randomUUID() })

test('bodies of one sender that nobody has proven take no more memory than there is for all', async () => {
  const api = await open({})
  const port = Number(new URL(await api.server.listen({ host: '127.0.0.1', port: 0 })).port)
  const size = 1024 * 1024
  const head = `POST /webhooks/grafana HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`
  const all = MOST_BYTES / size + 20
  const sockets = Array.from({ length: all }, () => connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  // All of each but its end, so that nothing of it is judged.
  for (const socket of sockets) socket.write(Buffer.concat([Buffer.from(head), Buffer.alloc(size - 1, ' ')]))
  await vi.waitFor(() => expect(sockets.filter(({ closed }) => closed).length).toBeGreaterThan(0), 20_000)
  expect(sockets.filter(({ closed }) => !closed).length).toBeGreaterThan(all / 2)
  expect(await api.from('192.0.2.1')).toMatchObject({ status: 202 })
  expect(await api.counted('load_shed_total')).toEqual([expect.stringContaining('reason="crowd"')])
})

describe('the rate limit', () => {
  test('holds over all replicas, for one source and one address', async () => {
    const one = await open({ rateLimit: 3 })
    const replica = await open({ rateLimit: 3 }, one.installation)
    for (const { from } of [one, replica, one]) expect(await from('192.0.2.1')).toMatchObject({ status: 202 })
    for (const { from } of [one, replica]) {
      const { status, code, after } = await from('192.0.2.1')
      // Grafana does not come again after a 429.
      expect({ status, code }).toEqual({ status: 503, code: 'rate_limited' })
      expect(after).toBeGreaterThanOrEqual(1)
      expect(after).toBeLessThanOrEqual(10)
    }
    expect(await one.from('192.0.2.2')).toMatchObject({ status: 202 })
    expect(await one.from('192.0.2.1', '/webhooks/alertmanager')).toMatchObject({ status: 422 })
    expect(await one.counted('load_shed_total')).toEqual(['interlock_load_shed_total{reason="rate_limited"} 1'])
    expect(await one.counted('webhook_events_total{source="grafana",outcome="shed"}')).toHaveLength(1)
  })

  test('a network of IPv6 is one address, and two spellings of a source are one', async () => {
    const { from } = await open({ rateLimit: 2 })
    for (const [address, source, status] of [
      ['2001:db8::1', 'splunk_oncall', 422],
      ['2001:db8::2', 'splunk-oncall', 422],
      ['2001:db8::3', 'splunk-oncall', 503],
      ['2001:db8:0:1::3', 'splunk-oncall', 422],
    ] as const)
      expect(await from(address, `/webhooks/${source}`, {})).toMatchObject({ status })
  })

  test('PagerDuty is answered 429, after which it comes again', async () => {
    const { from } = await open({ rateLimit: 1 })
    const page = () => from('192.0.2.1', '/webhooks/pagerduty', pagerdutyDelivery(fault()) as object)
    expect(await page()).toMatchObject({ status: 202 })
    expect(await page()).toMatchObject({ status: 429, code: 'rate_limited' })
  })

  test('who is beyond it is sent away unread, and nobody is asked', async () => {
    const { from, server, installation } = await open({ rateLimit: 1 })
    expect(await from('192.0.2.1')).toMatchObject({ status: 202 })
    const [key = ''] = await redis.keys(`{${installation}}:rate:*`)
    await redis.pexpire(key, 2000)
    expect(await from('192.0.2.1')).toMatchObject({ status: 503 })
    const before = await redis.get(key)
    const payload = Buffer.alloc(2 * 1024 * 1024)
    const { statusCode, headers, json } = await server.inject({
      ...{ method: 'POST', url: '/webhooks/grafana', payload, remoteAddress: '192.0.2.1' },
      headers: { 'content-type': 'application/json' },
    })
    expect({ statusCode, code: json().code }).toEqual({ statusCode: 503, code: 'rate_limited' })
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(10)
    expect(await redis.get(key)).toBe(before)
    // To the end of the window, and no longer.
    await vi.waitFor(async () => expect(await from('192.0.2.1')).toMatchObject({ status: 202 }), 20_000)
  })

  test('no counter outlives its window', async () => {
    const { from, installation } = await open({ rateLimit: 1 })
    for (let n = 0; n < 3; n++) await from('192.0.2.1')
    const keys = await redis.keys(`{${installation}}:rate:*`)
    expect(keys).toEqual([`{${installation}}:rate:grafana:192.0.2.1`])
    const left = await redis.pttl(keys[0] ?? '')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(10_000)
  })
})

describe('too much to do', () => {
  const LESSER: Load = { all: null, lesser: 'queue_depth' }
  const ALL: Load = { all: 'queue_depth', lesser: 'queue_depth' }
  const at = (priority: string, source = grafanaDelivery) => source(fault(), { labels: { priority } }) as object
  const both = () => {
    const delivery = at('P4', alertmanagerDelivery) as { alerts: object[] }
    return { ...delivery, alerts: [...delivery.alerts, ...(at('P2', alertmanagerDelivery) as typeof delivery).alerts] }
  }
  const monitor = fixtureBody('webhooks/uptime_kuma/down.json')
  const page = (urgency: string) => pagerdutyDelivery(fault(), { urgency, priority: null }) as object

  test.each([
    ['a P1', 'grafana', at('P1'), 202],
    ['a P2', 'grafana', at('P2'), 202],
    ['a P3', 'grafana', at('P3'), 503],
    ['a P5', 'alertmanager', at('P5', alertmanagerDelivery), 503],
    ['a P4 beside a P2', 'alertmanager', both(), 202],
    ['an urgent page', 'pagerduty', page('high'), 202],
    ['a page that can wait, from a sender that comes again after a 429', 'pagerduty', page('low'), 429],
    ['a P3 from a sender that never comes again', 'uptime_kuma', patched(monitor, {}), 202],
    ['what holds no alert', 'pagerduty', fixtureBody('webhooks/pagerduty/pagey.ping.json'), 200],
  ])('for the lesser alone: %s', async (_what, source, payload, status) => {
    const { from, counted } = await open({ load: () => LESSER })
    const answer = await from('192.0.2.1', `/webhooks/${source}`, payload as object)
    expect(answer.status).toBe(status)
    if (status < 400) return
    expect(answer.code).toBe('overloaded')
    expect(answer.after).toBeGreaterThanOrEqual(10)
    expect(answer.after).toBeLessThanOrEqual(20)
    expect(await counted('load_shed_total')).toEqual(['interlock_load_shed_total{reason="queue_depth"} 1'])
  })

  test('for all: before the body has come', async () => {
    const { server, counted } = await open({ load: () => ALL })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect(Number(new URL(server.listeningOrigin).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(
      'POST /webhooks/grafana HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n',
    )
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 503 .*"code":"overloaded"/s)
    expect(await counted('load_shed_total')).toEqual(['interlock_load_shed_total{reason="queue_depth"} 1'])
  })
})

describe('a flood', () => {
  test.each([
    ['from one address', undefined],
    ['behind a trusted proxy', '10.0.0.1'],
  ])('%s does not keep out another sender', async (_, proxy) => {
    const { from: over, counted, redis: own } = await open({ proxies: proxy ? [proxy] : [] })
    const from = (sender: string) => over(proxy ?? sender, undefined, undefined, proxy && sender)
    // Nothing is answered for a while.
    own.stream.pause()
    const flood: ReturnType<typeof from>[] = []
    await vi.waitFor(
      async () => {
        for (let n = 0; n < 50; n++) flood.push(from('192.0.2.1'))
        expect(await counted('load_shed_total')).toEqual([expect.stringContaining('reason="crowd"')])
      },
      { timeout: 30_000, interval: 1 },
    )
    const urgent = from('192.0.2.2')
    await setImmediate()
    own.stream.resume()
    expect(await urgent).toMatchObject({ status: 202 })
    const answers = await Promise.all(flood)
    expect(answers).toContainEqual(expect.objectContaining({ status: 202 }))
    // On a machine that is busy with others some may have waited for Redis until their time was over.
    const refused = answers.find(({ code }) => code === 'overloaded')
    expect(refused).toMatchObject({ status: 503 })
    expect(refused?.after).toBeGreaterThanOrEqual(10)
    expect(await from('192.0.2.1')).toMatchObject({ status: 202 })
  })

  test('over one connection is hung up on', async () => {
    const { server, counted } = await open({})
    await server.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect(Number(new URL(server.listeningOrigin).port), '127.0.0.1').setEncoding('utf8')
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    const small =
      'POST /webhooks/grafana HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
    socket.write(small.repeat(MOST_AT_ONCE + 1))
    await once(socket, 'close')
    expect(received).toMatch(/HTTP\/1\.1 503 .*connection: close.*"code":"overloaded"[^}]*}$/s)
    expect(await counted('load_shed_total')).toEqual(['interlock_load_shed_total{reason="crowd"} 1'])
  })
})

describe('the figures it is judged by', () => {
  const watch = (installation: string) => {
    const lines: string[] = []
    const log = createLog('api', 'info', { write: (line: string) => void lines.push(line) })
    const load = watchLoad(redis, ledgerKeys(installation), log)
    onTestFinished(load.end)
    return { load, events: () => lines.map((line) => JSON.parse(line).event) }
  }
  const jobs = (count: number) => Array.from({ length: count }, (_, n) => `HM-${n}`)

  test('jobs that wait, with a priority and without; said once when it begins and once when it ends', async () => {
    const installation = `load-${randomUUID()}`
    const [wait, lesser] = ['wait', 'prioritized'].map((name) => `{${installation}}:readiness:${name}`) as [
      string,
      string,
    ]
    onTestFinished(async () => void (await redis.del(wait, lesser)))
    await redis.zadd(lesser, ...jobs(10_001).flatMap((id, n) => [4 * 2 ** 32 + n, id]))
    const { load, events } = watch(installation)
    await vi.waitFor(() => expect(load.now()).toEqual({ all: null, lesser: 'queue_age' }), 10_000)
    await redis.hset(`{${installation}}:readiness:HM-0`, { timestamp: Date.now(), opts: '{}' })
    onTestFinished(async () => void (await redis.del(`{${installation}}:readiness:HM-0`)))
    await vi.waitFor(() => expect(load.now()).toEqual({ all: null, lesser: 'queue_depth' }), 10_000)
    await redis.lpush(wait, ...jobs(30_001))
    await vi.waitFor(() => expect(load.now()).toEqual({ all: 'queue_depth', lesser: 'queue_depth' }), 10_000)
    await redis.del(wait, lesser)
    await vi.waitFor(() => expect(load.now()).toEqual({ all: null, lesser: null }), 10_000)
    expect(events()).toEqual(['overloaded', 'overloaded', 'overloaded', 'overload_over'])
  })

  test('an event loop that is late', async () => {
    const { load } = watch(`load-${randomUUID()}`)
    await vi.waitFor(
      async () => {
        const until = performance.now() + 1200
        while (performance.now() < until);
        await new Promise((resolve) => setTimeout(resolve, 20))
        expect(load.now().lesser).toBe('event_loop')
      },
      { timeout: 30_000, interval: 1 },
    )
  })
})
