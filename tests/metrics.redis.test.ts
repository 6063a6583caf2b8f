/** What `/metrics` of an API serves after traffic of every kind: right in number, and clean to Prometheus' own checker. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Api, openApi } from './support/api.ts'
import { grafanaDelivery, pagerdutyDelivery } from './support/faults.ts'
import { checkMetrics } from './support/promtool.ts'

let api: Api
let text: string

beforeAll(async () => {
  api = await openApi(inject('redisUrl'), `metrics-${randomUUID()}`)
  const fault = { fault: randomUUID() }
  await api.post('/webhooks/grafana', grafanaDelivery(fault))
  await api.post('/webhooks/grafana', grafanaDelivery(fault))
  await api.post('/webhooks/pagerduty', pagerdutyDelivery(fault))
  await api.post('/webhooks/grafana', grafanaDelivery(fault, { status: 'resolved' }))
  await api.post('/webhooks/grafana', { alerts: [], version: '1' })
  await api.post('/webhooks/pagerduty', { hello: 1 })
  await api.post('/webhooks/alertmanager', '{')
  const madeUp = encodeURIComponent('made "up"\n\\')
  await api.post(`/webhooks/${madeUp}`, {})
  await api.get(`/incidents/${madeUp}`)
  await api.get(`/${madeUp}`)
  for (const method of ['TRACE', 'PROPFIND', 'MKCOL'] as const) await api.server.inject({ method, url: '/' })
  text = (await api.get('/metrics')).body
})
afterAll(() => api.close())

test('promtool finds nothing wrong', () => {
  expect(checkMetrics(text)).toEqual({ status: 0, problems: '' })
})

test.each([
  ['interlock_webhook_events_total', 'source="grafana",outcome="accepted"', 1],
  ['interlock_webhook_events_total', 'source="grafana",outcome="duplicate"', 1],
  ['interlock_webhook_events_total', 'source="grafana",outcome="closed"', 1],
  ['interlock_webhook_events_total', 'source="grafana",outcome="ignored"', 1],
  ['interlock_webhook_events_total', 'source="pagerduty",outcome="attached"', 1],
  ['interlock_webhook_events_total', 'source="pagerduty",outcome="rejected"', 1],
  ['interlock_webhook_events_total', 'source="alertmanager",outcome="invalid"', 1],
  ['interlock_webhook_events_total', 'source="alertmanager",outcome="accepted"', 0],
  ['interlock_verdicts_total', 'verdict="closed"', 1],
  ['interlock_e2e_duration_seconds_count', 'outcome="closed"', 1],
  ['interlock_jobs_enqueued_total', 'queue="normalize"', 1],
  ['interlock_http_request_duration_seconds_count', 'route="/webhooks/:source",method="POST",code="202"', 4],
  ['interlock_http_request_duration_seconds_count', 'route="/incidents/:id",method="GET",code="404"', 1],
  ['interlock_http_request_duration_seconds_count', 'route="unknown",method="unknown",code="404"', 4],
  // What nobody was answered yet, so that a rate sees the first of it.
  ['interlock_http_request_duration_seconds_count', 'route="/webhooks/:source",method="POST",code="503"', 0],
  ['interlock_http_request_duration_seconds_count', 'route="/kill-switch",method="PUT",code="403"', 0],
])('%s{%s} is %i', (name, labels, count) => {
  const series = text.split('\n').filter((line) => line.startsWith(`${name}{`))
  expect(series).toContain(`${name}{${labels}} ${count}`)
})

test('no address of a stranger becomes a series', () => {
  expect(text).not.toContain('made')
})
