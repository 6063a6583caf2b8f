/** What only Grafana does: its values, its links, its alerts about itself, and its two other formats. */
import { describe, expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { grafana } from './grafana.ts'

const read = (path: string, patch: object) => grafana.read(patched(fixtureBody(path), patch), RECEIVED_AT)[0]
const unified = (alert: object, batch: object = {}) =>
  read('webhooks/grafana/firing.single.json', { ...batch, alerts: { 0: alert } })
const course = (patch: object) => read('course/webhook_grafana.json', patch)
const legacy = (patch: object) => read('webhooks/grafana/legacy.alerting.json', patch)

const noNumbers = { memory_percent: undefined }

test.each<[string, unknown, object]>([
  ['the condition is left out', { A: 12.5, B: 93, C: 1 }, { A: 12.5, B: 93 }],
  ['a condition not met too', { B: 93, C: 0 }, { B: 93 }],
  ['a last expression that measures stays', { A: 1, B: 93 }, { A: 1, B: 93 }],
  ['no values', null, {}],
  ['junk', { B: '1,5', C: [], 'my query': 4 }, {}],
])('values: %s', (_case, values, metric_context) => {
  const reading = unified({ values: undefined, annotations: noNumbers })
  expect(reading).toMatchObject({ alert: { metric_context: {} } })
  const body = patched(fixtureBody('webhooks/grafana/firing.single.json'), {
    alerts: { 0: { annotations: noNumbers, values: undefined } },
  })
  const replaced = patched(body, { alerts: { 0: { values } } })
  expect(grafana.read(replaced, RECEIVED_AT)[0]).toHaveProperty('alert.metric_context', metric_context)
})

test.each<[string, object, object, string]>([
  ['dashboard', { dashboardURL: 'https://u:p@g.example.com/d/x?token=1#y' }, {}, 'https://g.example.com/d/x'],
  ['rule', { dashboardURL: '' }, {}, 'https://grafana.example.com/alerting/grafana/cemem93appts01/view'],
  [
    'no edit link',
    { dashboardURL: '', generatorURL: 'https://g.example.com/alerting/x/edit' },
    {},
    'https://grafana.example.com/',
  ],
  [
    'no silence link',
    { dashboardURL: 'https://g.example.com/alerting/silence/new' },
    {},
    'https://grafana.example.com/alerting/grafana/cemem93appts01/view',
  ],
  [
    'no other scheme',
    { dashboardURL: 'javascript:alert(1)', generatorURL: 'file:///etc/passwd' },
    { externalURL: '?orgId=1' },
    '',
  ],
])('source_ref: %s', (_case, alert, batch, source_ref) => {
  expect(unified(alert, batch)).toMatchObject({ alert: { source_ref } })
})

test.each<[string, object]>([
  ['DatasourceError', { labels: { alertname: 'DatasourceError', priority: 'P0' } }],
  ['a rule that fires on no data', { annotations: { grafana_state_reason: 'NoData' } }],
  ['a rule that keeps firing on errors', { annotations: { grafana_state_reason: 'Error, KeepLast' } }],
])('monitoring gap: %s', (_case, alert) => {
  expect(unified(alert)).toMatchObject({
    alert: { incident_class: 'monitoring_gap', severity: 'P3', severity_inferred: true },
  })
})

describe('legacy', () => {
  test.each<[string, object, object]>([
    ['no data', { state: 'no_data' }, { incident_class: 'monitoring_gap', severity: 'P3', severity_inferred: true }],
    ['ok', { state: 'ok' }, { status: 'resolved', starts_at: null }],
    [
      'older link',
      { ruleUrl: undefined, rule_url: 'https://g.example.com/d/x?tab=alert' },
      { source_ref: 'https://g.example.com/d/x' },
    ],
    ['incident id', { tags: { incident_id: 'HM-1' } }, { incident_id: 'HM-1' }],
    ['no matches', { evalMatches: undefined }, { metric_context: {}, pod: '', service: 'appointments-api' }],
  ])('%s', (_case, patch, alert) => {
    expect(legacy(patch)).toMatchObject({ reading: 'alert', alert })
  })

  test('of several series only that holds in which all agree', () => {
    const match = (pod: string, value: number) => ({
      metric: 'memory_percent',
      value,
      tags: { pod, zone: 'a', namespace: 'prod' },
    })
    const evalMatches = [match('a', 91), match('b', 95), { metric: 'cpu', value: 4, tags: null }]
    const reading = legacy({ evalMatches, tags: { namespace: undefined } })
    expect(reading).toMatchObject({ alert: { pod: '', namespace: 'prod' } })
    expect(reading).toHaveProperty('alert.metric_context', { cpu: 4 })
  })

  test.each(['paused', 'pending'])('%s is ignored', (state) => {
    expect(legacy({ state })?.reading).toBe('ignored')
  })

  test.each<[object, RegExp]>([
    [{ state: 'melting' }, /^state is "melting": send alerting/],
    [{ orgId: '1' }, /^orgId is "1": send the number/],
    [{ tags: { service: undefined }, evalMatches: [] }, /^tags.service is missing: label/],
  ])('rejected: %j', (patch, reason) => {
    expect(legacy(patch)).toEqual({ reading: 'rejected', reason: expect.stringMatching(reason) })
  })
})

describe('course', () => {
  test.each<[string, object, object]>([
    ['window as a duration', { values: { window_minutes: undefined, window: '5m' } }, { window_minutes: 5 }],
    ['seconds round up', { values: { window_minutes: undefined, window: '301s' } }, { window_minutes: 6 }],
    [
      'resolved',
      { status: 'resolved', ends_at: '2026-05-17T12:00:00Z' },
      { status: 'resolved', ends_at: '2026-05-17T12:00:00.000Z' },
    ],
    [
      'fingerprint that is no incident id',
      { fingerprint: 'ae988a2d768bfb95' },
      { incident_id: null, source_key: 'grafana:ae988a2d768bfb95' },
    ],
    ['labelled id first', { labels: { incident_id: 'HM-9' } }, { incident_id: 'HM-9' }],
    [
      'link without query',
      { annotations: { dashboard: 'grafana.internal/d/api?token=1' } },
      { source_ref: 'grafana.internal/d/api' },
    ],
    [
      'link with scheme',
      { annotations: { dashboard: 'https://u:p@g.internal/d/api?t=1' } },
      { source_ref: 'https://g.internal/d/api' },
    ],
    ['no user info', { annotations: { dashboard: 'u:p@g.internal/d/api' } }, { source_ref: '' }],
  ])('%s', (_case, patch, alert) => {
    expect(course(patch)).toMatchObject({ reading: 'alert', alert })
    expect(course(patch)).toHaveProperty('alert.metric_context', { memory_percent: 93 })
  })

  test.each<[object, RegExp]>([
    [{ source: 'pagerduty' }, /^source is "pagerduty"/],
    [{ status: 'melting' }, /^status is "melting"/],
    [{ labels: { service: undefined } }, /^labels.service is missing/],
    [{ starts_at: undefined }, /^starts_at is missing: send an RFC 3339 time/],
  ])('rejected: %j', (patch, reason) => {
    expect(course(patch)).toEqual({ reading: 'rejected', reason: expect.stringMatching(reason) })
  })
})
