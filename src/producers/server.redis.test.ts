/** The HTTP API over a real Redis: what it answers to good, bad and hostile requests. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { type Api, openApi } from '../../tests/support/api.ts'
import { grafanaDelivery, pagerdutyDelivery } from '../../tests/support/faults.ts'
import { fixtureBody, fixturePath, patched } from '../../tests/support/fixture.ts'
import { imbalance } from '../shared/ledger/accounting.ts'

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

  test('answers 202 all the same to a sender that would switch itself off', async () => {
    expect(await api.post('/webhooks/pagerduty', { hello: 1 })).toMatchObject({ status: 202, body: nothing })
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
    ['text', '{}', { 'content-type': 'text/plain' }, problem(415, 'content_type_unsupported', /application\/json/)],
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
    ['a deep list', '['.repeat(400_000) + ']'.repeat(400_000), JSON_TYPE, problem(422, 'nothing_understood')],
    [
      'a deep value',
      `{"alerts":[{"values":${'['.repeat(200_000)}${']'.repeat(200_000)}}],"version":"1"}`,
      JSON_TYPE,
      problem(422, 'nothing_understood'),
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

  test.each(['zabbix', '__proto__', 'constructor', 'grafana%2F..', '%00'])('knows no source %s', async (source) => {
    const sources = /grafana, alertmanager, pagerduty/
    expect(await api.post(`/webhooks/${source}`, {})).toMatchObject(problem(404, 'source_unknown', sources))
  })

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

test.each(['/incidents/%', '/incidents/%ff', `/incidents/${'x'.repeat(2000)}`])(
  'refuses the address %#',
  async (url) => {
    expect(await api.get(url)).toMatchObject(problem(400, 'request_invalid'))
  },
)

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
    ['limit=0', /limit/],
    ['limit=201', /limit/],
    ['limit=x', /limit/],
    ['limit=', /limit/],
    ['limit=1&limit=2', /limit/],
    ['status=happy', /status/],
    ['cursor=yesterday', /cursor/],
    ['cursor=', /cursor/],
    ['stauts=blocked', /stauts/],
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
