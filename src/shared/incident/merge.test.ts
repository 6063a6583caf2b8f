/** Merging what several sources saw: values, order, conflicts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Alert } from '../contracts/alert.ts'
import { distinctSources, inOrder, merge, sumUp } from './merge.ts'

const ID = 'HM-2026-05-17-01'

const grafana: Alert = {
  source: 'grafana',
  kind: 'metric',
  source_key: 'grafana:a',
  status: 'firing',
  incident_id: null,
  identity: 'x',
  correlation_keys: ['native:grafana:a'],
  incident_class: 'high_memory_usage',
  service: 'api',
  namespace: 'prod',
  pod: 'api-1',
  severity: 'P3',
  severity_inferred: false,
  window_minutes: 10,
  metric_context: { memory_percent: 93 },
  source_ref: 'https://g.example.com/d/x',
  starts_at: '2026-05-17T11:42:00.000Z',
  ends_at: null,
}
const alertmanager: Alert = {
  ...grafana,
  source: 'alertmanager',
  source_key: 'alertmanager:a',
  metric_context: { memory_percent: 91 },
  window_minutes: 5,
  source_ref: 'https://a.example.com/#/alerts',
}
const pagerduty: Alert = {
  ...grafana,
  source: 'pagerduty',
  kind: 'paging',
  source_key: 'pagerduty:a',
  incident_class: 'unclassified',
  namespace: '',
  pod: '',
  severity: 'P2',
  severity_inferred: true,
  window_minutes: 0,
  metric_context: {},
  source_ref: 'https://p.example.com/incidents/a',
}

test('the metric source gives identity, class and metrics; all give their link', () => {
  expect(merge(ID, [pagerduty, alertmanager, grafana])).toEqual({
    event: {
      incident_id: ID,
      service: 'api',
      namespace: 'prod',
      pod: 'api-1',
      severity: 'P3',
      window_minutes: 10,
      metric_context: { memory_percent: 93 },
      source_refs: ['https://g.example.com/d/x', 'https://a.example.com/#/alerts', 'https://p.example.com/incidents/a'],
    },
    incident_class: 'high_memory_usage',
    severities: [
      { source: 'grafana', severity: 'P3', inferred: false },
      { source: 'alertmanager', severity: 'P3', inferred: false },
      { source: 'pagerduty', severity: 'P2', inferred: true },
    ],
    conflicts: [],
  })
})

test('the fields of the event stand in their order', () => {
  const order = 'incident_id service namespace pod severity window_minutes metric_context source_refs'
  expect(Object.keys(merge(ID, [grafana]).event).join(' ')).toBe(order)
})

test('a page alone knows neither namespace, pod nor metric', () => {
  expect(merge(ID, [pagerduty])).toMatchObject({
    event: { namespace: '', pod: '', severity: 'P2', window_minutes: 0, metric_context: {} },
    incident_class: 'unclassified',
    conflicts: [],
  })
})

test.each<[string, Alert[], string]>([
  ['highest of those stated', [grafana, { ...pagerduty, severity: 'P1', severity_inferred: false }], 'P1'],
  ['stated beats assumed', [grafana, pagerduty], 'P3'],
  ['highest of those assumed', [{ ...grafana, severity_inferred: true }, pagerduty], 'P2'],
  ['P0 is the highest', [{ ...grafana, severity: 'P0' }, alertmanager], 'P0'],
])('severity: %s', (_case, alerts, severity) => {
  expect(merge(ID, alerts).event.severity).toBe(severity)
})

test('metrics and window come from the first that has any', () => {
  const bare = { ...grafana, metric_context: {}, window_minutes: 0, source_ref: '' }
  const { event } = merge(ID, [bare, alertmanager])
  expect(event).toMatchObject({ metric_context: { memory_percent: 91 }, window_minutes: 5 })
  expect(event.source_refs).toEqual(['https://a.example.com/#/alerts'])
})

test('one link is listed once', () => {
  const { event } = merge(ID, [grafana, { ...alertmanager, source_ref: grafana.source_ref }])
  expect(event.source_refs).toEqual([grafana.source_ref])
})

test.each(['service', 'namespace', 'pod'] as const)('%s: differing values conflict, an unknown one agrees', (field) => {
  const values = [
    { source: 'grafana', value: grafana[field] },
    { source: 'pagerduty', value: 'other' },
  ]
  const all = [{ ...pagerduty, [field]: 'other' }, alertmanager, grafana]
  expect(merge(ID, all).conflicts).toEqual([{ field, values }])
  expect(merge(ID, all).event[field]).toBe(grafana[field])
  expect(merge(ID, [{ ...pagerduty, [field]: '' }, grafana]).conflicts).toEqual([])
})

test('the order of arrival never matters', () => {
  const seen: Alert[] = [
    grafana,
    { ...grafana, source_key: 'grafana:b', pod: 'api-2', source_ref: 'https://g.example.com/d/y' },
    { ...grafana, status: 'resolved', metric_context: { memory_percent: 64 }, severity: 'P4' },
    alertmanager,
    { ...pagerduty, service: 'Api' },
  ]
  const first = JSON.stringify([merge(ID, seen), distinctSources(seen)])
  fc.assert(
    fc.property(fc.shuffledSubarray(seen, { minLength: seen.length }), (other) => {
      expect(JSON.stringify([merge(ID, other), distinctSources(other)])).toBe(first)
    }),
  )
})

test('a page never comes before a measurement', () => {
  const page: Alert = { ...pagerduty, source: 'grafana', service: 'Api' }
  expect(merge(ID, [page, alertmanager])).toMatchObject({ event: { service: 'api', pod: 'api-1' } })
})

test('distinct sources, metric source first', () => {
  expect(distinctSources([pagerduty, alertmanager, { ...alertmanager, source_key: 'alertmanager:b' }])).toEqual([
    'alertmanager',
    'pagerduty',
  ])
})

test('in order: measurements first, then as the sources are listed, then by key, then by what they say', () => {
  const other = { ...grafana, source_key: 'grafana:b' }
  const ended = { ...grafana, status: 'resolved' as const }
  const order = [grafana, ended, other, alertmanager, pagerduty]
  for (const arrived of [order, order.toReversed(), [other, pagerduty, ended, alertmanager, grafana]])
    expect(inOrder(arrived)).toEqual(order)
})

test('what the metric source does not know, the next one tells', () => {
  const { event } = merge(ID, [{ ...grafana, pod: '', namespace: '' }, alertmanager])
  expect(event).toMatchObject({ service: 'api', namespace: 'prod', pod: 'api-1' })
})

test('summed up: every source, service and class once', () => {
  const other = { ...pagerduty, service: 'billing' }
  expect(sumUp([other, alertmanager, grafana])).toEqual({
    sources: ['grafana', 'alertmanager', 'pagerduty'],
    conflicts: [
      {
        field: 'service',
        values: [
          { source: 'grafana', value: 'api' },
          { source: 'pagerduty', value: 'billing' },
        ],
      },
    ],
    services: ['billing', 'api'],
    classes: ['unclassified', 'high_memory_usage'],
  })
})
