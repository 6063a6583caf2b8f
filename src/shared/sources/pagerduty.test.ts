/** PagerDuty, format by format: which events count, and what an incident says of itself. */
import { describe, expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
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

  test('at most four keys', () => {
    const alerts = ['a', 'b', 'c', 'd'].map((digit) => ({ alert_key: digit.repeat(64) }))
    expect(v3({ alerts })).toHaveProperty('alert.correlation_keys.length', 4)
  })

  test.each([
    ['incident.reopened', { alert: { status: 'firing', ends_at: null } }],
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

describe('V2', () => {
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
    [{ incident_key: 'a b' }, /^id is "a b": send an id/],
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
