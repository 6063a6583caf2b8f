/** What one delivery, one connection and one sender may take of the API, over a real socket, and what it answers. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { MAX_ALERTS } from '../src/producers/door/most-urgent.ts'
import { PROBLEMS, type ProblemCode } from '../src/shared/problem.ts'
import type { Log } from '../src/shared/telemetry/log.ts'
import { type Api, NO_POLICIES, openApi } from './support/api.ts'
import { alertmanagerDelivery, grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'

const installation = `limits-${randomUUID()}`
const PATIENCE = { headers: 400, request: 800 }
let api: Api
let port: number
const told: Record<string, unknown>[] = []

beforeAll(async () => {
  const log: Log = { event: (name, fields = {}) => told.push({ name, ...fields }) }
  const limits = { patience: PATIENCE, log }
  api = await openApi(inject('redisUrl'), installation, NO_POLICIES, {}, undefined, undefined, limits)
  port = Number(new URL(await api.server.listen({ host: '127.0.0.1', port: 0 })).port)
})
afterAll(() => api.close())

/** Sends these bytes and reads until the server hangs up. */
const exchange = async (...bytes: (string | Buffer)[]): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk))
  socket.on('error', () => {})
  for (const part of bytes) socket.write(part)
  await once(socket, 'close')
  return Buffer.concat(received).toString()
}

const head = (source: string, ...headers: string[]) =>
  `${[`POST /webhooks/${source} HTTP/1.1`, 'host: a', 'connection: close', 'content-type: application/json', ...headers].join('\r\n')}\r\n\r\n`

const posted = (source: string, body: Buffer, ...headers: string[]) =>
  exchange(head(source, `content-length: ${body.length}`, ...headers), body)

const inChunks = (source: string, body: Buffer) =>
  exchange(head(source, 'transfer-encoding: chunked'), `${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n')

const expectProblem = (answer: string, code: ProblemCode, detail: string) => {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${PROBLEMS[code].status} `))
  expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
  const [, body = ''] = answer.split('\r\n\r\n')
  expect(JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1))).toMatchObject({
    code,
    detail: expect.stringContaining(detail),
  })
}

const padded = (delivery: unknown, bytes: number) => {
  const text = JSON.stringify(delivery)
  return Buffer.from(text.padEnd(bytes, ' '))
}
const fault = () => ({ fault: randomUUID() })
const MB = 1024 * 1024

test.each([
  ['grafana', grafanaDelivery, MB],
  ['pagerduty', pagerdutyDelivery, MB / 2],
] as const)('a body from %s is as large as its sender makes them, and no larger', async (source, delivery, limit) => {
  expect(await posted(source, padded(delivery(fault()), limit))).toMatch(/^HTTP\/1\.1 202 /)
  const larger = padded(delivery(fault()), limit + 1)
  expectProblem(await posted(source, larger), 'body_too_large', `${limit} bytes`)
  expectProblem(await inChunks(source, larger), 'body_too_large', `${limit} bytes`)
})

test('a length that is too large is refused before a byte of it has come', async () => {
  expectProblem(await exchange(head('grafana', `content-length: ${MB + 1}`)), 'body_too_large', `${MB} bytes`)
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a bomb packed with %s is not unpacked', async (encoding, pack) => {
  const bomb = pack(Buffer.alloc(64 * MB, ' '))
  expect(bomb.length).toBeLessThan(MB)
  expectProblem(
    await posted('grafana', bomb, `content-encoding: ${encoding}`),
    'content_encoding_unsupported',
    'compressed',
  )
})

test('a body that is said to be as it is, is', async () => {
  const body = padded(grafanaDelivery(fault()), 0)
  expect(await posted('grafana', body, 'content-encoding: identity')).toMatch(/^HTTP\/1\.1 202 /)
})

test.each([
  ['too deep', `${'['.repeat(65)}${']'.repeat(65)}`, 'deeper than 64 levels'],
  ['too full', `[${'0,'.repeat(50_001)}0]`, 'more than 50000 members'],
])('JSON that is %s is refused before it is parsed', async (_how, body, detail) => {
  expectProblem(await posted('grafana', Buffer.from(body)), 'json_too_complex', detail)
})

test('of too many alerts in a delivery the most urgent are taken up, and each of the others is rejected', async () => {
  const delivery = alertmanagerDelivery(fault()) as { alerts: object[] }
  const [alert] = delivery.alerts
  const lesser = { status: 'firing', labels: { alertname: 'a' }, startsAt: '2026-05-17T11:42:00Z' }
  const alerts = [...Array.from({ length: MAX_ALERTS }, () => lesser), alert]
  const answer = await api.post('/webhooks/alertmanager', { ...delivery, alerts })
  expect(answer.status).toBe(202)
  expect(answer.body.incidents).toHaveLength(MAX_ALERTS + 1)
  expect(answer.body.incidents.at(-1)).toMatchObject({ outcome: 'accepted' })
  expect(answer.body.incidents.at(-2)).toMatchObject({
    outcome: 'rejected',
    reason: expect.stringContaining(`has ${MAX_ALERTS + 1} alerts and the ${MAX_ALERTS} most urgent`),
  })
})

test.each([
  ['none', 422],
  ['one', 202],
])('a delivery of ten thousand alerts of which %s is understood is logged in a few short lines', async (_, status) => {
  told.length = 0
  const delivery = alertmanagerDelivery(fault()) as { alerts: object[] }
  const alerts = [...(status === 202 ? delivery.alerts : []), ...Array(10_000).fill(0)]
  const answer = await api.post('/webhooks/alertmanager', { ...delivery, alerts })
  expect(answer.status).toBe(status)
  expect(answer.body.incidents).toHaveLength(alerts.length)
  expect(answer.body.detail?.length ?? 0).toBeLessThan(20_000)
  expect(told.length).toBeLessThan(30)
  expect(JSON.stringify(told)).toMatch(/and \d+ more/)
  expect(JSON.stringify(told).length).toBeLessThan(30_000)
})

test.each([
  ['to no source', 'made-up', {}, undefined],
  ['of another media type', 'grafana', { 'content-type': 'image/png' }, 'grafana'],
  ['compressed', 'splunk-oncall', { 'content-encoding': 'gzip' }, 'splunk_oncall'],
])('deliveries %s, which anybody can send, are logged ten times a second', async (_, source, headers, named) => {
  told.length = 0
  const started = Date.now()
  for (let times = 0; times < 300; times++)
    await api.post(`/webhooks/${source}`, '{}', { 'content-type': 'application/json', ...headers })
  const seconds = Math.ceil((Date.now() - started) / 1000) + 1
  const lines = told.filter(({ name }) => name === 'webhook_rejected')
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.length).toBeLessThanOrEqual(10 * seconds)
  expect(lines[0]?.source).toBe(named)
  expect(lines[0]?.reason === undefined).toBe(named === undefined)
})

test('headers beyond 16 KiB are refused', async () => {
  const answer = await exchange(head('grafana', `x-much: ${'a'.repeat(16 * 1024)}`))
  expectProblem(answer, 'headers_too_large', '16384 bytes')
})

test('what is not HTTP is told so', async () => {
  expectProblem(await exchange('hello\r\n\r\n'), 'request_invalid', 'HTTP/1.1')
})

test('headers that never end are given up on, while others are answered', async () => {
  const slow = exchange('POST /webhooks/grafana HTTP/1.1\r\nhost: a\r\nx-slow: ')
  expect(await posted('grafana', padded(grafanaDelivery(fault()), 0))).toMatch(/^HTTP\/1\.1 202 /)
  expectProblem(await slow, 'request_timeout', 'within 0.4 s')
})

test('a body that never ends is given up on', async () => {
  told.length = 0
  expectProblem(await exchange(head('grafana', 'content-length: 100'), '{"a":'), 'request_timeout', 'within 0.8 s')
  // The log says what was answered.
  await vi.waitFor(() =>
    expect(told).toEqual([
      expect.objectContaining({ name: 'webhook_rejected', status: 408, error_code: 'request_timeout' }),
    ]),
  )
})

test('a request without a host is told so, but where nobody needs one', async () => {
  const bare = (version: string) => exchange(`GET /healthz HTTP/${version}\r\nconnection: close\r\n\r\n`)
  expectProblem(await bare('1.1'), 'request_invalid', 'the header host is missing')
  expect(await bare('1.0')).toMatch(/^HTTP\/1\.1 200 /)
})

test('an expectation that nobody has heard of is told so, and a known one is met', async () => {
  const body = padded(grafanaDelivery(fault()), 0)
  expectProblem(await posted('grafana', body, 'expect: a miracle'), 'expectation_unsupported', 'leave it out')
  expect(await posted('grafana', body, 'expect: 100-continue')).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /,
  )
})

test('a header a while is too slow as well: it is the whole that counts', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST /webhooks/grafana HTTP/1.1\r\nhost: a\r\n')
  const drip = setInterval(() => socket.write('x-a: b\r\n'), 50)
  onTestFinished(() => {
    clearInterval(drip)
    socket.destroy()
  })
  const [answer] = await once(socket, 'data')
  expectProblem(String(answer), 'request_timeout', 'within 0.4 s')
})
