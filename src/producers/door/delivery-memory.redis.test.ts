/** Repeats of whole deliveries over a real Redis: known on every replica, for a while, and never at the price of a delivery. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeEach, describe, expect, inject, it, test, vi } from 'vitest'
import { type Api, openApi } from '../../../tests/support/api.ts'
import { grafanaDelivery } from '../../../tests/support/faults.ts'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { sha256 } from '../../shared/audit/digest.ts'
import { IncidentUnreadable } from '../../shared/ledger/incident-unreadable.ts'
import { ledgerKeys } from '../../shared/ledger/keys.ts'
import { grafana } from '../../shared/sources/grafana.ts'
import { findSource } from '../../shared/sources/index.ts'
import { deliveryKey, isKnownAgain, openDeliveryMemory, WINDOW_MS } from './delivery-memory.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

let installation: string
let apis: [Api, Api]
const received = () => apis[0].ledger.accounting().then(({ received = 0 }) => received)
beforeEach(async () => {
  installation = `memory-${randomUUID()}`
  const open = () => openApi(inject('redisUrl'), installation)
  apis = [await open(), await open()]
  return async () => {
    for (const api of apis) await api.close()
  }
})

describe('a delivery that comes again', () => {
  it('is a duplicate of the same incidents on every replica, and neither read nor looked up in the ledger', async () => {
    const body = grafanaDelivery({ fault: randomUUID() })
    const first = await apis[0].post('/webhooks/grafana', body)
    expect(first).toMatchObject({ status: 202, body: { incidents: [{ outcome: 'accepted' }] } })
    const { incident_id } = first.body.incidents[0]
    await vi.waitFor(async () => expect(await redis.keys(`{${installation}}:deliveries:*`)).toHaveLength(1))
    const asked = apis.map(({ ledger }) => vi.spyOn(ledger, 'findRelated'))
    const read = vi.spyOn(grafana, 'read')
    for (const api of apis)
      expect(await api.post('/webhooks/grafana', body)).toMatchObject({
        status: 200,
        body: { incidents: [{ incident_id, outcome: 'duplicate' }] },
      })
    for (const one of [...asked, read]) expect(one).not.toHaveBeenCalled()
    read.mockRestore()
    expect(await received()).toBe(1)
  })

  it('is taken when its first try failed, however often', async () => {
    const body = grafanaDelivery({ fault: randomUUID() })
    const lost = vi.spyOn(apis[0].ledger, 'apply')
    lost.mockRejectedValueOnce(new Error('Connection is closed.')).mockResolvedValueOnce(false)
    expect((await apis[0].post('/webhooks/grafana', body)).status).toBe(503)
    lost.mockResolvedValue(false)
    expect((await apis[0].post('/webhooks/grafana', body)).status).toBe(503)
    lost.mockRestore()
    expect(await apis[1].post('/webhooks/grafana', body)).toMatchObject({
      body: { incidents: [{ outcome: 'accepted' }] },
    })
  })

  it('is taken whole when only a part of it was written', async () => {
    const { alerts, ...rest } = fixtureBody('webhooks/grafana/firing.group3.json') as { alerts: object[] }
    const body = { ...rest, alerts }
    const { apply } = apis[0].ledger
    const failing = vi.spyOn(apis[0].ledger, 'apply')
    failing.mockImplementationOnce((...args) => apply.apply(apis[0].ledger, args))
    failing.mockRejectedValueOnce(new Error('Connection is closed.'))
    expect((await apis[0].post('/webhooks/grafana', body)).status).toBe(503)
    failing.mockRestore()
    const again = await apis[0].post('/webhooks/grafana', body)
    expect(again.body.incidents.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      ...['duplicate', 'accepted', 'accepted'],
    ])
  })

  it('is taken when its incident can be read again', async () => {
    const body = grafanaDelivery({ fault: randomUUID() })
    const broken = vi.spyOn(apis[0].ledger, 'apply').mockRejectedValueOnce(new IncidentUnreadable('not readable'))
    expect((await apis[0].post('/webhooks/grafana', body)).body.code).toBe('nothing_understood')
    broken.mockRestore()
    expect(await apis[0].post('/webhooks/grafana', body)).toMatchObject({
      body: { incidents: [{ outcome: 'accepted' }] },
    })
  })

  test('twenty at once on two replicas are one incident', async () => {
    const body = grafanaDelivery({ fault: randomUUID() })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => apis[i % 2]?.post('/webhooks/grafana', body)),
    )
    const outcomes = answers.map((answer) => answer?.body.incidents[0].outcome).sort()
    expect(outcomes).toEqual(['accepted', ...Array(19).fill('duplicate')])
    expect(await apis[0].ledger.count()).toBe(1)
  })

  it('is read again where something in it was not understood: by then it may be', async () => {
    const bad = patched(fixtureBody('webhooks/grafana/firing.group3.json'), { alerts: { 1: { labels: null } } })
    await apis[0].post('/webhooks/grafana', bad)
    const again = await apis[0].post('/webhooks/grafana', bad)
    expect(again.body.incidents.map(({ outcome }: { outcome: string }) => outcome)).toContain('rejected')
    expect(await redis.keys(`{${installation}}:deliveries:*`)).toEqual([])
  })

  it('is not taken for known where it does not say when: the next firing has the same bytes', async () => {
    const firing = fixtureBody('webhooks/grafana/legacy.alerting.json')
    const over = fixtureBody('webhooks/grafana/legacy.ok.json')
    const ids: string[] = []
    for (const body of [firing, over, firing]) {
      const [answer] = (await apis[0].post('/webhooks/grafana', body)).body.incidents
      ids.push(answer.incident_id)
    }
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })
})

describe('deliveryKey', () => {
  const keyOf = (name: string, body: unknown, headers: Record<string, string> = {}, raw = JSON.stringify(body)) => {
    const source = findSource(name)
    if (!source) throw new Error(name)
    return deliveryKey(source, sha256(raw), headers)
  }
  const body = fixtureBody('webhooks/grafana/firing.single.json')

  it('differs by source, bytes, what they are called and the id of the sender', () => {
    const event = { 'ce-specversion': '1.0', 'ce-source': 'a' }
    const keys = [
      keyOf('grafana', body),
      keyOf('alertmanager', body),
      keyOf('grafana', body, {}, `${JSON.stringify(body)} `),
      keyOf('grafana', body, { 'content-type': 'text/plain' }),
      keyOf('sentry', body, { 'request-id': 'a' }),
      keyOf('sentry', body, { 'request-id': 'b' }),
      keyOf('cloudevents', body, { ...event, 'ce-id': '1' }),
      keyOf('cloudevents', body, { ...event, 'ce-id': '2' }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(keyOf('sentry', body, { 'request-id': 'a', date: 'now' })).toBe(keys[4])
  })

  const isKnown = (name: string, given: unknown) => {
    const source = findSource(name)
    if (!source) throw new Error(name)
    const received_at = '2026-05-17T12:00:00.000Z'
    return isKnownAgain(source, { body: given, headers: {}, received_at }, source.read(given, received_at, {}))
  }

  it.each([
    ['pagerduty', fixtureBody('webhooks/pagerduty/pagey.ping.json')],
    ['grafana', { alerts: [] }],
    ['grafana', null],
    ['grafana', fixtureBody('webhooks/grafana/legacy.alerting.json')],
  ])('says nothing of %s where another look may see more, or another firing look the same', (name, given) => {
    expect(isKnown(name, given)).toBe(false)
    expect(isKnown('grafana', body)).toBe(true)
  })

  it.each([
    ['pagerduty', 'incident.triggered', '01'],
    ['cloudwatch_sns', 'notification.alarm', '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324'],
    ['cloudevents', 'structured', ' '],
    ['cloudevents', 'batch', ''],
    ['grafana', 'firing.single', undefined],
  ])('holds the id that %s gives to %s', (name, file, part) => {
    const id = findSource(name)?.deliveryId?.(fixtureBody(`webhooks/${name}/${file}.json`), {})
    if (part === undefined || part === '') expect(id ?? '').toBe('')
    else expect(id).toContain(part)
  })
})

describe('openDeliveryMemory', () => {
  const keys = () => ledgerKeys(installation)

  it('remembers to the end of the window, on every replica, and leaves nothing behind', async () => {
    let now = 10 * WINDOW_MS
    const [memory, other] = [openDeliveryMemory(redis, keys(), () => now), openDeliveryMemory(redis, keys(), () => now)]
    memory.remember('key', ['HM-1', 'HM-2'])
    expect(await memory.recall('key')).toEqual(['HM-1', 'HM-2'])
    await vi.waitFor(async () => expect(await other.recall('key')).toEqual(['HM-1', 'HM-2']))
    expect(await memory.recall('other')).toBeNull()
    now += WINDOW_MS - 1
    expect(await other.recall('key')).toEqual(['HM-1', 'HM-2'])
    now += 1
    expect(await memory.recall('key')).toBeNull()
    const left = await redis.pttl(keys().deliveries(10))
    expect(left).toBeGreaterThan(WINDOW_MS)
    expect(left).toBeLessThanOrEqual(2 * WINDOW_MS)
  })

  it('is bounded, in each window anew', async () => {
    let now = 0
    const memory = openDeliveryMemory(redis, keys(), () => now)
    for (let n = 0; n < 50_001; n++) memory.remember(`key-${n}`, ['HM-1'])
    expect(await memory.recall('key-49999')).toEqual(['HM-1'])
    expect(await memory.recall('key-50000')).toBeNull()
    await vi.waitFor(async () => expect(await redis.hlen(keys().deliveries(0))).toBe(50_000))
    now = WINDOW_MS
    memory.remember('key-50000', ['HM-1'])
    expect(await memory.recall('key-50000')).toEqual(['HM-1'])
  })

  it('says so when Redis does not answer: nothing is taken for known or unknown', async () => {
    const gone = new Redis(inject('redisUrl'), { lazyConnect: true, enableOfflineQueue: false })
    await expect(openDeliveryMemory(gone, keys()).recall('key')).rejects.toThrow()
    gone.disconnect()
  })
})
