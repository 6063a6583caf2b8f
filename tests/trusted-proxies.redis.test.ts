/** Behind a proxy: whose a delivery is, as the rate limit and the allow-lists see it from outside. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, inject, onTestFinished, test } from 'vitest'
import { parseSecrets } from '../src/producers/door/webhook-secrets.ts'
import { NO_POLICIES, OPEN_DOOR, openApi } from './support/api.ts'
import { grafanaDelivery } from './support/faults.ts'
import { killAll, startProcess } from './support/processes.ts'

afterEach(killAll)

const PROXY = '10.0.0.1'
const proxies = [PROXY, '10.0.1.0/24', '2001:db8::/32']
const delivery = () => grafanaDelivery({ fault: randomUUID() }) as object

const open = async (limits: Parameters<typeof openApi>[6], secrets = 'open: [grafana]') => {
  const current = parseSecrets(secrets, 'secrets.yaml')
  const door = { ...OPEN_DOOR, secrets: () => current }
  const api = await openApi(inject('redisUrl'), `proxies-${randomUUID()}`, NO_POLICIES, {}, door, undefined, limits)
  onTestFinished(() => api.close())
  /** The status for a delivery over this connection, with this X-Forwarded-For. */
  return async (remoteAddress: string, forwarded?: string) => {
    const headers = { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) }
    const url = '/webhooks/grafana'
    return (await api.server.inject({ method: 'POST', url, payload: delivery(), remoteAddress, headers })).statusCode
  }
}

describe('the rate limit', () => {
  test('counts each sender behind a trusted proxy by itself', async () => {
    const from = await open({ rateLimit: 1, proxies })
    expect(await from(PROXY, '203.0.113.1')).toBe(202)
    expect(await from(PROXY, '203.0.113.1')).toBe(503)
    expect(await from(PROXY, '203.0.113.2')).toBe(202)
    expect(await from(PROXY)).toBe(202)
  })

  test.each([
    ['nobody is trusted', [], PROXY],
    ['the one that connects is not', proxies, '192.0.2.1'],
  ])('counts by the connection where %s, whatever its header says', async (_, trusted, peer) => {
    const from = await open({ rateLimit: 1, proxies: trusted })
    expect(await from(peer, '203.0.113.1')).toBe(202)
    expect(await from(peer, '203.0.113.2')).toBe(503)
    expect(await from(peer, PROXY)).toBe(503)
  })

  test.each([
    ['what its sender had written before the proxy', '198.51.100.1, 203.0.113.1', '198.51.100.2, 203.0.113.1'],
    ['a trusted address that its sender claims', '10.0.0.1, 203.0.113.1', '10.0.1.9, 203.0.113.1'],
    ['by which proxies it came', '203.0.113.1, 10.0.1.4', '203.0.113.1, 10.0.1.5, 2001:db8::5'],
    ['the ports of connections', '203.0.113.1:50001, 10.0.1.4:443', '203.0.113.1:50002'],
    ['in which form an address is written', '::ffff:203.0.113.1', '203.0.113.1'],
    ['what is no address', 'unknown', '203.0.113.1, _hidden'],
  ])('is not confused by %s', async (_, one, other) => {
    const from = await open({ rateLimit: 1, proxies })
    expect(await from(PROXY, one)).toBe(202)
    expect(await from(`::ffff:${PROXY}`, other)).toBe(503)
  })
})

test.each([
  ['its sender is on it', PROXY, '203.0.113.5', 202],
  ['the proxy is on it and its sender is not', '10.0.1.7', '198.51.100.1', 403],
  ['its sender claims to be on it', PROXY, '203.0.113.5, 198.51.100.1', 403],
  ['one that is no proxy claims it', '198.51.100.1', '203.0.113.5', 403],
  ['a sender connects by itself', '203.0.113.5', undefined, 202],
])('an allow-list, where %s', async (_, peer, forwarded, status) => {
  const secrets = '{ sources: { grafana: { addresses: [203.0.113.0/24, 10.0.1.7] } }, open: [grafana] }'
  const from = await open({ proxies }, secrets)
  expect(await from(peer, forwarded)).toBe(status)
})

test('a process believes those that TRUSTED_PROXIES names', async () => {
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `proxies-${randomUUID()}`, PORT: '0' }
  const more = { WEBHOOK_RATE_LIMIT: '1', TRUSTED_PROXIES: '192.0.2.0/24, 127.0.0.1' }
  const { address } = await startProcess(['serve'], { ...env, ...more }).started()
  const post = async (forwarded: string) => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
    return (await fetch(`${address}/webhooks/grafana`, { method: 'POST', headers, body: JSON.stringify(delivery()) }))
      .status
  }
  expect(await post('203.0.113.1')).toBe(202)
  expect(await post('203.0.113.2')).toBe(202)
  expect(await post('203.0.113.2')).toBe(503)
})
