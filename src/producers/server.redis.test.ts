/** The HTTP API over a real Redis: what it answers to good, bad and hostile requests. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { parse } from 'yaml'
import { type Api, NO_POLICIES, openApi } from '../../tests/support/api.ts'
import { grafanaDelivery, pagerdutyDelivery } from '../../tests/support/faults.ts'
import { fixtureBody, fixturePath, patched } from '../../tests/support/fixture.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { SourceMapping } from '../shared/contracts/source-mapping.ts'
import { imbalance } from '../shared/ledger/accounting.ts'
import { BODY_LIMIT_BYTES } from './door/body-limits.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
let api: Api

beforeAll(async () => {
  api = await openApi(inject('redisUrl'), `server-${randomUUID()}`)
})
afterAll(() => api.close())

const problem = (status: number, code: string, detail: RegExp = /./) => ({
  status,
  headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  body: { type: 'about:blank', status, code, title: expect.any(String), detail: expect.stringMatching(detail) },
})

describe('POST /webhooks/:source', () => {
  test('accepts the bytes a sender transmits, and knows them again', async () => {
    const raw = readFileSync(fixturePath('webhooks/grafana/firing.single.raw.json'))
    const answer = await api.post('/webhooks/grafana', raw)
    expect(answer).toMatchObject({
      status: 202,
      body: { request_id: expect.stringMatching(/^[0-9a-f-]{36}$/), incidents: [{ outcome: 'accepted' }] },
    })
    const again = await api.post('/webhooks/grafana', raw)
    expect(again).toMatchObject({
      status: 200,
      body: { incidents: [{ incident_id: answer.body.incidents[0].incident_id, outcome: 'duplicate' }] },
    })
    expect(again.body.request_id).not.toBe(answer.body.request_id)
  })

  test('rejects the one bad alert of a batch, with the reason, and takes the others', async () => {
    const bad = { status: 'firing', labels: {}, startsAt: 'yesterday', fingerprint: 'x' }
    const batch = patched(fixtureBody('webhooks/grafana/firing.group3.json'), {
      groupKey: randomUUID(),
      alerts: { 1: bad },
    })
    expect(await api.post('/webhooks/grafana', batch)).toMatchObject({
      status: 202,
      body: {
        incidents: [
          { outcome: 'accepted' },
          { incident_id: null, outcome: 'rejected', reason: expect.stringContaining('alerts[1].startsAt') },
          { outcome: expect.stringMatching(/accepted|attached|duplicate/) },
        ],
      },
    })
  })

  const nothing = { incidents: [{ incident_id: null, outcome: 'rejected', reason: expect.any(String) }] }

  test('answers 422 when nothing can be understood, naming every reason', async () => {
    const answer = await api.post('/webhooks/grafana', { alerts: [{}], version: '1' })
    expect(answer).toMatchObject(problem(422, 'nothing_understood', /alerts\[0\]/))
    expect(answer.body).toMatchObject({ request_id: expect.any(String), ...nothing })
  })

  test.each([
    ['what says nothing', { hello: 1 }, /^event is missing/],
    ['broken JSON', '{"event": [}', /^the body is not JSON: .* line 1, column 12$/],
    ['a deep list', '['.repeat(1000) + ']'.repeat(1000), /^the body is more than is read/],
  ])('answers 202 all the same to a sender that would switch itself off: %s', async (_what, body, reason) => {
    const answer = await api.post('/webhooks/pagerduty', body, JSON_TYPE)
    expect(answer).toMatchObject({ status: 202, body: nothing })
    expect(answer.body.incidents[0].reason).toMatch(reason)
  })

  test.each([
    ['pagerduty', 'webhooks/pagerduty/pagey.ping.json'],
    ['grafana', 'webhooks/grafana/test_notification.json'],
    ['alertmanager', 'webhooks/alertmanager/watchdog.severity_none.json'],
  ])('answers 200 ignored to what is deliberately no incident: %s %s', async (source, path) => {
    expect(await api.post(`/webhooks/${source}`, fixtureBody(path))).toMatchObject({
      status: 200,
      body: { incidents: [{ incident_id: null, outcome: 'ignored', reason: expect.any(String) }] },
    })
  })

  test.each<[string, string | Buffer, Record<string, string>, ReturnType<typeof problem>]>([
    ['an empty body', '', JSON_TYPE, problem(400, 'body_empty')],
    ['no body and no content type', '', {}, problem(400, 'body_empty')],
    ['broken JSON', '{"alerts": [}', JSON_TYPE, problem(400, 'body_not_json', /line 1, column 13/)],
    ['invalid UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), JSON_TYPE, problem(400, 'body_not_json', /UTF-8/)],
    ['5 MB', `"${'x'.repeat(5_000_000)}"`, JSON_TYPE, problem(413, 'body_too_large', /1048576 bytes/)],
    [
      'text',
      '{}',
      { 'content-type': 'text/plain' },
      problem(415, 'content_type_unsupported', /Grafana sends no text\/plain: use content-type: application\/json$/),
    ],
    [
      'a form',
      'a=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      problem(415, 'content_type_unsupported'),
    ],
    ['no content type', Buffer.from('{}'), {}, problem(415, 'content_type_unsupported')],
    ['a JSON string', '"alerts"', JSON_TYPE, problem(422, 'nothing_understood', /the body/)],
    ['null', 'null', JSON_TYPE, problem(422, 'nothing_understood', /the body/)],
    ['an empty list', '[]', JSON_TYPE, problem(422, 'nothing_understood')],
    ['a deep list', '['.repeat(400_000) + ']'.repeat(400_000), JSON_TYPE, problem(400, 'json_too_complex')],
    [
      'a deep value',
      `{"alerts":[{"values":${'['.repeat(200_000)}${']'.repeat(200_000)}}],"version":"1"}`,
      JSON_TYPE,
      problem(400, 'json_too_complex'),
    ],
  ])('refuses %s', async (_what, body, headers, expected) => {
    expect(await api.post('/webhooks/grafana', body, headers)).toMatchObject(expected)
  })

  test.each(['application/json; charset=utf-8', 'application/vnd.pagerduty+json', 'APPLICATION/JSON'])(
    'takes JSON as %s',
    async (type) => {
      const ping = fixtureBody('webhooks/pagerduty/pagey.ping.json')
      expect((await api.post('/webhooks/pagerduty', ping, { 'content-type': type })).status).toBe(200)
    },
  )

  test('takes PUT as well, which Grafana can be set to', async () => {
    const payload = grafanaDelivery({ fault: randomUUID() }) as object
    const { statusCode } = await api.server.inject({ method: 'PUT', url: '/webhooks/grafana', payload })
    expect(statusCode).toBe(202)
  })

  test.each(['nagios', 'custom', 'custom:', 'custom:acme', '__proto__', 'constructor', 'grafana%2F..', '%00'])(
    'knows no source %s',
    async (source) => {
      const sources = /grafana, alertmanager, pagerduty/
      expect(await api.post(`/webhooks/${source}`, {})).toMatchObject(problem(404, 'source_unknown', sources))
    },
  )

  test.each([
    '{"__proto__": {"alerts": [], "version": "1"}, "alerts": [{"__proto__": {"status": "firing"}}], "version": "1"}',
    '{"alerts": [{"labels": {"__proto__": {"service": "x"}, "constructor": {"prototype": {"polluted": 1}}}}], "version": "1"}',
  ])('is not moved by a body with __proto__ in it: %#', async (body) => {
    expect(await api.post('/webhooks/grafana', body)).toMatchObject(problem(422, 'nothing_understood'))
    expect(Object.keys(Object.getPrototypeOf({}))).toEqual([])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

test.each(['/', '/webhooks', '/nothing', '/incidents/HM-1/x'])('there is nothing at POST %s', async (url) => {
  expect(await api.post(url, {})).toMatchObject(problem(404, 'route_unknown', /POST \/webhooks/))
})

test('what is sent to no address is not even read', async () => {
  const large = Buffer.alloc(BODY_LIMIT_BYTES + 1, '1')
  expect(await api.post('/nothing', large)).toMatchObject(problem(404, 'route_unknown'))
  expect(await api.post('/nothing', '<a/>', { 'content-type': 'text/xml' })).toMatchObject(
    problem(404, 'route_unknown'),
  )
})

test.each(['/incidents/%', '/incidents/%ff', `/incidents/${'x'.repeat(2000)}`])(
  'refuses the address %#',
  async (url) => {
    expect(await api.get(url)).toMatchObject(problem(400, 'request_invalid'))
  },
)

describe('what senders do their own way', () => {
  const fileText = (path: string) => readFileSync(fixturePath(`webhooks/${path}`), 'utf8')
  const boundary = '----kuma'
  const multipart = (field: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${field}"\r\n\r\n${value}\r\n--${boundary}--\r\n`
  const request = (path: string) => fixtureBody(`webhooks/${path}`) as Record<string, string>
  const form = request('splunk_oncall/escalation_webhook.request.json').body_raw ?? ''
  const event = request('cloudevents/binary_mode.request.json') as unknown as {
    headers: Record<string, string>
    body: object
  }
  const KUMA = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each<[string, string, string | object, Record<string, string>, number, string]>([
    [
      'SNS calls its JSON text',
      'cloudwatch_sns',
      fileText('cloudwatch_sns/notification.alarm.json'),
      { 'content-type': 'text/plain; charset=UTF-8' },
      ...([202, 'taken'] as const),
    ],
    [
      'SNS asks to be confirmed, which nobody does for it',
      'cloudwatch_sns',
      fileText('cloudwatch_sns/subscription_confirmation.json'),
      { 'content-type': 'text/plain' },
      ...([200, 'ignored'] as const),
    ],
    ['Splunk On-Call sends a form', 'splunk-oncall', form, FORM, 202, 'taken'],
    [
      'Uptime Kuma sends a multipart form',
      'uptime_kuma',
      multipart('data', fileText('uptime_kuma/down.json')),
      KUMA,
      202,
      'taken',
    ],
    ['Zabbix takes nothing but 200', 'zabbix', fileText('zabbix/eda_media_type.problem.json'), JSON_TYPE, 200, 'taken'],
    [
      'Sentry says in a header what it sends',
      'sentry',
      { action: 'created', data: {} },
      { ...JSON_TYPE, 'sentry-hook-resource': 'comment' },
      200,
      'ignored',
    ],
    ['CloudEvents in binary mode', 'cloudevents', event.body, event.headers, 202, 'taken'],
  ])('%s', async (_what, source, body, headers, status, outcome) => {
    const answer = await api.post(`/webhooks/${source}`, body, headers)
    // Most of them tell of the one fault that others of this file told of.
    const expected = outcome === 'taken' ? expect.stringMatching(/^(accepted|attached)$/) : outcome
    expect(answer).toMatchObject({ status, body: { incidents: [{ outcome: expected }] } })
  })

  test.each<[string, string, string, Record<string, string>, ReturnType<typeof problem>]>([
    [
      'a form without a boundary',
      'uptime_kuma',
      'x',
      { 'content-type': 'multipart/form-data' },
      problem(400, 'body_not_form'),
    ],
    ['a form that ends early', 'uptime_kuma', `--${boundary}\r\ncontent-disp`, KUMA, problem(400, 'body_not_form')],
    ['an empty form', 'splunk_oncall', '', FORM, problem(400, 'body_empty')],
    [
      'a form where none is sent',
      'splunk_oncall',
      multipart('a', '1'),
      KUMA,
      problem(415, 'content_type_unsupported', /urlencoded/),
    ],
  ])('refuses %s', async (_what, source, body, headers, expected) => {
    expect(await api.post(`/webhooks/${source}`, body, headers)).toMatchObject(expected)
  })

  test('the kill switch takes no form: a browser would send one from any page', async () => {
    const payload = '{"engaged": true, "scope": "global", "by": "x", "reason": "x"}'
    for (const type of ['text/plain', FORM['content-type'], KUMA['content-type']]) {
      const { statusCode } = await api.server.inject({
        method: 'PUT',
        url: '/kill-switch',
        payload,
        headers: { 'content-type': type },
      })
      expect(statusCode).toBe(415)
    }
  })

  test('a mapping of the policy folder takes deliveries under its name, from when it is there', async () => {
    const mapped = new Map<string, SourceMapping>()
    const policies: PolicySet = { ...NO_POLICIES, sources: mapped }
    const own = await openApi(inject('redisUrl'), `mapped-${randomUUID()}`, () => policies)
    try {
      const payload = fixtureBody('mappings/beacon.raised.json')
      expect((await own.post('/webhooks/custom:beacon', payload)).status).toBe(404)
      mapped.set('beacon', SourceMapping.parse(parse(readFileSync(fixturePath('mappings/beacon.yaml'), 'utf8'))))
      const answer = await own.post('/webhooks/custom:beacon', payload)
      expect(answer).toMatchObject({
        status: 202,
        body: { incidents: [{ outcome: 'accepted' }, { outcome: 'ignored' }] },
      })
      const { body } = await own.get(`/incidents/${answer.body.incidents[0].incident_id}`)
      expect(body.sources).toMatchObject([{ source: 'custom', source_key: 'custom:beacon:b-7781' }])
      expect((await own.get('/metrics')).body).toContain(
        'interlock_webhook_events_total{source="custom",outcome="accepted"} 1',
      )
    } finally {
      await own.close()
    }
  })

  test('CloudEvents ask first whether they are wanted', async () => {
    const ask = (headers: Record<string, string>) =>
      api.server.inject({ method: 'OPTIONS', url: '/webhooks/cloudevents', headers })
    const asked = await ask({ 'webhook-request-origin': 'alerts.example.com', 'webhook-request-rate': '120' })
    expect(asked.statusCode).toBe(200)
    expect(asked.headers).toMatchObject({
      ...{ 'webhook-allowed-origin': 'alerts.example.com', 'webhook-allowed-rate': '120', allow: 'POST' },
    })
    expect((await ask({})).statusCode).toBe(400)
  })
})

describe('GET /incidents', () => {
  let listed: Api
  const ids = () => listed.get('/incidents?limit=200').then(({ body }) => body.incidents.map(idOf))
  const idOf = ({ incident_id }: { incident_id: string }) => incident_id

  beforeAll(async () => {
    listed = await openApi(inject('redisUrl'), `list-${randomUUID()}`)
    // One delivery is received at one instant, and so are all its incidents.
    const alerts = Array.from(
      { length: 7 },
      (_, i) => grafanaDelivery({ fault: `one-instant-${i}` }) as { alerts: object[] },
    )
    const group = { ...alerts[0], alerts: alerts.flatMap((delivery) => delivery.alerts) }
    await listed.post('/webhooks/grafana', group)
    await listed.post('/webhooks/pagerduty', pagerdutyDelivery({ fault: 'page' }, { service: { summary: 'shop' } }))
    await listed.post('/webhooks/grafana', grafanaDelivery({ fault: 'over' }, { status: 'resolved' }))
  })
  afterAll(() => listed.close())

  test('lists what there is, newest first', async () => {
    const { body } = await listed.get('/incidents')
    expect(body.incidents).toHaveLength(9)
    const times = body.incidents.map(({ accepted_at }: { accepted_at: string }) => accepted_at)
    expect(times).toEqual([...times].sort().reverse())
    expect(body.incidents.at(-1)).toEqual({
      incident_id: expect.stringMatching(/^HM-2026-05-17-/),
      incident_class: 'high_memory_usage',
      service: 'appointments-api',
      status: 'normalize',
      accepted_at: expect.any(String),
      sources: ['grafana'],
      blockers: [],
    })
  })

  test.each([
    ['status=normalize', 8],
    ['status=closed', 1],
    ['status=blocked', 0],
    ['service=shop', 1],
    ['service=appointments-api&status=closed', 1],
    ['class=high_memory_usage&service=appointments-api', 8],
    ['class=nothing', 0],
    ['limit=3', 3],
  ])('?%s finds %i', async (query, count) => {
    expect((await listed.get(`/incidents?${query}`)).body.incidents).toHaveLength(count)
  })

  test.each([1, 2, 3, 4, 9])('pages of %i give every incident once, those of one millisecond too', async (limit) => {
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await listed.get(`/incidents?limit=${limit}${cursor && `&cursor=${cursor}`}`)
      expect(body.incidents.length).toBeLessThanOrEqual(limit)
      seen.push(...body.incidents.map(idOf))
      cursor = body.next_cursor ?? ''
    } while (cursor)
    expect(seen).toEqual(await ids())
  })

  test('a page continues where it ended, whatever came since', async () => {
    const { body } = await listed.get('/incidents?limit=2')
    const before = await ids()
    await listed.post('/webhooks/grafana', grafanaDelivery({ fault: randomUUID() }))
    const next = await listed.get(`/incidents?limit=200&cursor=${body.next_cursor}`)
    expect(next.body.incidents.map(idOf)).toEqual(before.slice(2))
  })

  test.each([
    ['limit=0', /^limit is "0": a whole number from 1 to 200$/],
    ['limit=201', /limit/],
    ['limit=x', /limit/],
    ['limit=', /limit/],
    ['limit=1&limit=2', /limit/],
    ['status=happy', /^status is "happy": expected one of /],
    ['cursor=yesterday', /cursor/],
    ['cursor=', /cursor/],
    ['stauts=blocked', /^stauts is not a known key: remove it/],
  ])('?%s is refused, naming the parameter', async (query, name) => {
    expect(await listed.get(`/incidents?${query}`)).toMatchObject(problem(400, 'query_invalid', name))
  })
})

describe('GET /incidents/:id', () => {
  test('shows an incident and its trace', async () => {
    const fault = { fault: randomUUID() }
    const { body } = await api.post('/webhooks/grafana', grafanaDelivery(fault))
    await api.post('/webhooks/pagerduty', pagerdutyDelivery(fault))
    const { incident_id } = body.incidents[0]
    expect((await api.get(`/incidents/${incident_id}`)).body).toMatchObject({
      incident_id,
      incident_class: 'high_memory_usage',
      status: 'normalize',
      event: null,
      sources: [{ source: 'grafana' }, { source: 'pagerduty' }],
      stages: {},
      verdict: null,
    })
    const trace = await api.get(`/incidents/${incident_id}/trace`)
    expect(trace.body.records.map(({ event }: { event: string }) => event)).toEqual([
      'webhook_received',
      'source_attached',
    ])
  })

  test.each(['HM-2026-05-17-01', 'nonsense', '..%2F..', '%7Binterlock%7D', 'HM-1'.padEnd(200, '1')])(
    'knows no incident %s',
    async (id) => {
      for (const url of [`/incidents/${id}`, `/incidents/${id}/trace`])
        expect(await api.get(url)).toMatchObject(problem(404, 'incident_unknown', /GET \/incidents/))
    },
  )
})

test('where others write to the incident at every try, the sender is told to come again', async () => {
  const lost = vi.spyOn(api.ledger, 'apply').mockResolvedValue(false)
  const delivery = grafanaDelivery({ fault: randomUUID() })
  const refused = await api.post('/webhooks/grafana', delivery)
  lost.mockRestore()
  expect(refused).toMatchObject(problem(503, 'incident_contended', /^incident HM-/))
  expect(refused.headers).toMatchObject({ 'retry-after': '5' })
  expect(await api.post('/webhooks/grafana', delivery)).toMatchObject({
    body: { incidents: [{ outcome: 'accepted' }] },
  })
})

test('after all of it, nothing is unaccounted for', async () => {
  const { received = 0, ...places } = await api.ledger.accounting()
  expect(received).toBeGreaterThan(5)
  expect(imbalance({ received, ...places })).toBe(0)
})
