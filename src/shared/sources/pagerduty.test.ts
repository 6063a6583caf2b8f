/** PagerDuty, format by format: which events count, and what an incident says of itself. */
import { describe, expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { alertmanager } from './alertmanager.ts'
import { pagerduty } from './pagerduty.ts'

const read = (path: string, patch: object) => pagerduty.read(patched(fixtureBody(path), patch), RECEIVED_AT)[0]
const v3 = (data: object, event: object = {}) =>
  read('webhooks/pagerduty/incident.triggered.json', { event: { ...event, data } })
const v2 = (message: object) => read('webhooks/pagerduty/v2.incident.trigger.json', { messages: { 0: message } })
const course = (patch: object) => read('course/webhook_pagerduty.json', patch)

const KEY = 'f19e98d28c80e557d6f4aeb2bfcb367de3ac8b557a712ff768520a068b7cd4e1'
const title = (text: string) => ({ title: text })
const priority = (summary: unknown, urgency?: string) => ({ priority: { summary }, urgency })

describe('V3', () => {
  test.each<[string, object, object]>([
    ['P0 literally', priority('P0'), { severity: 'P0', severity_inferred: false }],
    ['an account-defined name is no priority', priority('SEV-1', 'high'), { severity: 'P2', severity_inferred: true }],
    ['low urgency', { priority: undefined, urgency: 'low' }, { severity: 'P4', severity_inferred: true }],
    ['no urgency', { priority: undefined, urgency: undefined }, { severity: 'P3', severity_inferred: true }],
    ['class from the title', title('[FIRING:2, RESOLVED:1] Disk_Full prod'), { incident_class: 'disk_full' }],
    ['monitoring gap', title('[FIRING:1] DatasourceNoData appointments-api (…)'), { incident_class: 'monitoring_gap' }],
    ['a title by a person', title('Booking is broken'), { incident_class: 'unclassified' }],
    ['a title without grouping', title('[FIRING:1]  (high prod)'), { incident_class: 'unclassified' }],
    ['no title', title(''), { incident_class: 'unclassified' }],
    [
      'key of a person’s incident',
      { incident_key: 'a'.repeat(32) },
      { correlation_keys: ['native:pagerduty:Q1PLM4T8R2AX7K'] },
    ],
    [
      'keys of its alerts',
      { incident_key: undefined, alerts: [{ alert_key: KEY }, { alert_key: 'x' }, null] },
      { correlation_keys: ['native:pagerduty:Q1PLM4T8R2AX7K', `group:${KEY}`] },
    ],
    ['custom detail', { custom_details: { incident_id: 'HM-1' } }, { incident_id: 'HM-1' }],
    [
      'detail of an alert',
      { alerts: [{ body: { details: { incident_id: 'HM-1' } } }, { body: { details: 'text' } }] },
      { incident_id: 'HM-1' },
    ],
    [
      'ids that differ name none',
      { custom_details: { incident_id: 'HM-1' }, body: { details: { incident_id: 'HM-2' } } },
      { incident_id: null },
    ],
    ['incident_key is no explicit id', { incident_key: 'HM-2026-05-17-01' }, { incident_id: null }],
    ['no namespace from the title', {}, { namespace: '', pod: '', kind: 'paging', window_minutes: 0 }],
  ])('%s', (_case, data, alert) => {
    expect(v3(data)).toMatchObject({ reading: 'alert', alert })
  })

  test('the keys of at most eight alerts', () => {
    const alerts = [...'abcdef0123456789'].map((digit) => ({ alert_key: digit.repeat(64) }))
    expect(v3({ incident_key: null, alerts })).toHaveProperty('alert.correlation_keys.length', 1 + 8)
  })

  test.each([
    ['incident.triggered', { alert: { status: 'firing', ends_at: null, as_of: '2026-05-17T11:42:31.184Z' } }],
    ['incident.reopened', { alert: { status: 'firing', ends_at: null, as_of: '2026-05-17T11:42:31.184Z' } }],
    ['incident.priority_updated', { alert: { status: 'firing', ends_at: null, as_of: '2026-05-17T11:42:31.184Z' } }],
    ['incident.resolved', { alert: { status: 'resolved', ends_at: '2026-05-17T11:42:31.184Z' } }],
    [
      'incident.acknowledged',
      { reading: 'ignored', reason: 'event "incident.acknowledged" neither opens nor ends an incident' },
    ],
    ['incident.invented', { reading: 'ignored' }],
    ['service.updated', { reading: 'ignored' }],
  ])('event %s', (event_type, reading) => {
    expect(v3({}, { event_type })).toMatchObject(reading)
  })

  test('a priority changed after the end does not begin it again', () => {
    expect(v3({ status: 'resolved' }, { event_type: 'incident.priority_updated' })).toMatchObject({
      alert: { status: 'resolved', ends_at: '2026-05-17T11:42:31.184Z' },
    })
  })

  test.each([
    [
      'another',
      { type: 'incident_reference', id: 'Q2' },
      ['native:pagerduty:Q1PLM4T8R2AX7K', 'native:pagerduty:Q2', `group:${KEY}`],
    ],
    ['one that is not named', null, ['native:pagerduty:Q1PLM4T8R2AX7K', `group:${KEY}`]],
  ])('merged into %s, it goes on', (_which, incident, correlation_keys) => {
    const resolve_reason = { type: 'merge_resolve_reason', incident }
    expect(v3({ status: 'resolved', resolve_reason }, { event_type: 'incident.resolved' })).toMatchObject({
      alert: { status: 'firing', ends_at: null, as_of: '2026-05-17T11:42:31.184Z', correlation_keys },
    })
  })

  test('an event without an incident is ignored, a trigger without one rejected', () => {
    expect(v3({ id: undefined, service: undefined }, { event_type: 'incident.annotated' })?.reading).toBe('ignored')
    expect(v3({ id: undefined })).toEqual({ reading: 'rejected', reason: 'event.data.id is missing: send an id' })
    expect(v3({ service: { summary: null } })).toEqual({
      reading: 'rejected',
      reason: 'event.data.service is an object: name the service',
    })
    expect(v3({ created_at: 'now' })).toMatchObject({
      reason: expect.stringMatching(/^event.data.created_at is "now": send an RFC 3339/),
    })
  })
})

describe('the body of an alert, where the key is null', () => {
  const sent = {
    alertmanager: fixtureBody('webhooks/pagerduty/incident.triggered.alert_body.json'),
    grafana: fixtureBody('webhooks/pagerduty/incident.triggered.text_body.json'),
  }
  const keysOf = (reading: ReturnType<typeof read>) =>
    reading?.reading === 'alert' ? reading.alert.correlation_keys : reading?.reading
  const details = (value: unknown) => keysOf(v3({ incident_key: null, body: { details: value } }))?.slice(1)
  const target = (labels: object) => {
    const [reading] = alertmanager.read(
      patched(fixtureBody('webhooks/alertmanager/firing.single.json'), { groupKey: '', alerts: { 0: { labels } } }),
      RECEIVED_AT,
    )
    return keysOf(reading)?.slice(1)
  }
  const LABELS = { alertname: 'high_memory_usage', service: 'api', namespace: 'prod', pod: 'api-1' }
  const NAMES = ' - alertname = high_memory_usage\n - namespace = prod\n - pod = api-1\n - service = api\n'

  test.each(Object.entries(sent))('as %s writes it names the target that was measured', (_sender, body) => {
    const [reading] = pagerduty.read(body, RECEIVED_AT)
    expect(keysOf(reading)).toEqual(['native:pagerduty:Q1PLM4T8R2AX7K', ...(target({}) ?? [])])
    expect(reading).toMatchObject({ alert: { namespace: '', pod: '', metric_context: {} } })
  })

  test.each<[string, unknown]>([
    ['a list of alerts', { firing: [{ labels: LABELS }] }],
    ['text of Grafana', { firing: `\nValue: B=93\nLabels:\n${NAMES}Annotations:\n - pod = other\n` }],
    ['text of Alertmanager', { firing: `Labels:\n${NAMES}Annotations:\nSource: https://p.example.com\n` }],
    ['labels', { labels: LABELS }],
    ['labels among the details', { ...LABELS, num_firing: '1' }],
  ])('names the target in %s', (_form, value) => {
    expect(details(value)).toEqual(target(LABELS))
  })

  test('names each of several targets once, and at most twelve', () => {
    const pods = Array.from({ length: 20 }, (_, i) => ({ labels: { ...LABELS, pod: `api-${i}` } }))
    expect(details({ firing: [pods[0], pods[0], pods[1]] })).toEqual(
      pods.slice(0, 2).flatMap(({ labels }) => target(labels) ?? []),
    )
    expect(details({ firing: pods })).toHaveLength(12)
  })

  test('holds the group as its sender names it', () => {
    const { groupKey } = fixtureBody('webhooks/alertmanager/firing.single.json') as { groupKey: string }
    for (const name of ['groupKey', 'group_key']) expect(details({ [name]: groupKey })).toEqual([`group:${KEY}`])
  })

  test.each<[string, object]>([
    ['the body', { body: { cef_details: { dedup_key: KEY } } }],
    ['an alert', { alerts: [{ body: { cef_details: { dedup_key: KEY } } }] }],
  ])('holds the deduplication key of %s', (_where, data) => {
    expect(keysOf(v3({ incident_key: null, ...data }))?.slice(1)).toEqual([`group:${KEY}`])
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'memory is high'],
    ['no alert’s name', { firing: [{ labels: { service: 'api' } }] }],
    ['no service', { labels: { alertname: 'x' } }],
    ['labels that are none', { firing: [{ labels: { alertname: 7, service: 'api' } }, null, 'x'], labels: [] }],
    ['text without labels', { firing: 'Labels: none\n - alertname' }],
    ['what is over', { resolved: [{ labels: LABELS }] }],
  ])('names none with %s', (_case, value) => {
    expect(details(value)).toEqual([])
  })

  test('of a monitoring gap names that, not the rule', () => {
    expect(details({ labels: { ...LABELS, alertname: 'DatasourceNoData' } })).toEqual(
      target({ ...LABELS, alertname: 'monitoring_gap' }),
    )
  })
})

describe('V2', () => {
  test('has the deduplication key in its log entries as well', () => {
    const log_entries = { 0: { channel: { cef_details: { dedup_key: 'b'.repeat(64) } } } }
    expect(v2({ log_entries, incident: { alerts: undefined } })).toMatchObject({
      alert: { correlation_keys: [expect.stringContaining('native:'), `group:${'b'.repeat(64)}`] },
    })
  })

  test.each([
    ['incident.resolve', { alert: { status: 'resolved', ends_at: '2026-05-17T11:42:31.000Z' } }],
    ['incident.acknowledge', { reading: 'ignored' }],
  ])('event %s', (event, reading) => {
    expect(v2({ event })).toMatchObject(reading)
  })

  test('one bad message leaves the others alone', () => {
    const { messages } = fixtureBody('webhooks/pagerduty/v2.incident.trigger.json') as { messages: unknown[] }
    const readings = pagerduty.read({ messages: [...messages, null, ...messages] }, RECEIVED_AT)
    expect(readings.map(({ reading }) => reading)).toEqual(['alert', 'rejected', 'alert'])
    expect(pagerduty.read({ messages: [] }, RECEIVED_AT)).toMatchObject([{ reading: 'ignored' }])
  })
})

describe('course', () => {
  test.each<[string, object, object]>([
    ['severity by word', { severity: 'error' }, { severity: 'P2', severity_inferred: false }],
    ['urgency without severity', { severity: undefined }, { severity: 'P2', severity_inferred: true }],
    ['key that is no incident id', { incident_key: 'abc' }, { incident_id: null, source_key: 'pagerduty:abc' }],
    ['hashed key', { incident_key: KEY }, { correlation_keys: [`native:pagerduty:${KEY}`, `group:${KEY}`] }],
    [
      'resolved',
      { status: 'resolved', resolved_at: '2026-05-17T12:00:00Z' },
      { status: 'resolved', ends_at: '2026-05-17T12:00:00.000Z' },
    ],
    ['its own word on the namespace', { namespace: 'staging' }, { namespace: 'staging' }],
  ])('%s', (_case, patch, alert) => {
    expect(course(patch)).toMatchObject({ reading: 'alert', alert })
  })

  test.each<[object, RegExp]>([
    [{ status: 'melting' }, /^status is "melting": send triggered/],
    [{ incident_key: 'a b' }, /^id is a text of 3 characters: send an id/],
    [{ service: undefined }, /^service is missing/],
  ])('rejected: %j', (patch, reason) => {
    expect(course(patch)).toEqual({ reading: 'rejected', reason: expect.stringMatching(reason) })
  })

  test('acknowledged is ignored', () => {
    expect(course({ status: 'acknowledged' })?.reading).toBe('ignored')
  })
})

test('content is never refused with a 4xx', () => {
  expect(pagerduty.never_refuse_content).toBe(true)
})
