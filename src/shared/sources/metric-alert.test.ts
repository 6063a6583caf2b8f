/** The rules of the alert shape that Grafana and Alertmanager share, case by case. */
import { describe, expect, test } from 'vitest'
import { fixtureBody, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { alertmanager } from './alertmanager.ts'
import { grafana } from './grafana.ts'
import type { Source } from './source.ts'

const BODIES = {
  grafana: fixtureBody('webhooks/grafana/firing.single.json'),
  alertmanager: fixtureBody('webhooks/alertmanager/firing.single.json'),
}

const readOne = (source: Source, alert: object, batch: object = {}) =>
  source.read(
    patched(BODIES[source.name as 'grafana' | 'alertmanager'], { ...batch, alerts: { 0: alert } }),
    RECEIVED_AT,
  )[0]

const FIRING = { reading: 'alert', alert: { status: 'firing' } }
const RESOLVED = { status: 'resolved', endsAt: '2026-05-17T12:16:30.123456789+02:00' }

describe.each([grafana, alertmanager])('$name', (source) => {
  test.each<[string, object, object]>([
    ['app', { service: undefined, app: 'a', app_kubernetes_io_name: 'b' }, { service: 'a' }],
    ['app_kubernetes_io_name', { service: '', app_kubernetes_io_name: 'b' }, { service: 'b' }],
    ['app.kubernetes.io/name', { service: '', 'app.kubernetes.io/name': 'c' }, { service: 'c' }],
    ['no pod', { pod: undefined }, { pod: '', namespace: 'prod' }],
    ['class', { alertname: 'KubePod CrashLooping!' }, { incident_class: 'kubepod_crashlooping_' }],
    ['class, odd start', { alertname: '--High' }, { incident_class: 'high' }],
    ['incident id', { incident_id: 'HM-2026-05-17-01' }, { incident_id: 'HM-2026-05-17-01' }],
    ['incident id, unfit', { incident_id: 'meta' }, { incident_id: null }],
    ['priority beats severity', { priority: 'P4', severity: 'critical' }, { severity: 'P4', severity_inferred: false }],
    ['priority beats a severity that is one', { priority: 'P4', severity: 'P1' }, { severity: 'P4' }],
    ['P0 only when said', { priority: 'P0' }, { severity: 'P0' }],
    [
      'severity that is a priority',
      { priority: undefined, severity: 'P2' },
      { severity: 'P2', severity_inferred: false },
    ],
    ['severity word', { priority: 'urgent', severity: 'Major' }, { severity: 'P2', severity_inferred: false }],
    ['unknown severity', { priority: undefined, severity: 'spicy' }, { severity: 'P3', severity_inferred: true }],
    ['no severity', { priority: undefined, severity: undefined }, { severity: 'P3', severity_inferred: true }],
  ])('label: %s', (_case, labels, alert) => {
    expect(readOne(source, { labels })).toMatchObject({ reading: 'alert', alert })
  })

  test.each<[string, object, object]>([
    ['window 1h30m', { window: '1h30m' }, { window_minutes: 90 }],
    ['window in words', { window: 'ten minutes' }, { window_minutes: 0 }],
    ['incident id', { incident_id: 'HM-1' }, { incident_id: 'HM-1' }],
  ])('annotation: %s', (_case, annotations, alert) => {
    expect(readOne(source, { annotations })).toMatchObject({ reading: 'alert', alert })
  })

  test.each<[string, object, object]>([
    ['numbers, not text', { cpu: '-1.5e2', text: '93%', window: '5' }, { memory_percent: 93, cpu: -150 }],
    ['no private keys', { __x__: '1', ['__proto__']: '2' }, { memory_percent: 93 }],
    ['nothing infinite', { huge: '1e999' }, { memory_percent: 93 }],
    ['no id', { incident_id: '7' }, { memory_percent: 93 }],
  ])('metric context: %s', (_case, annotations, context) => {
    expect(readOne(source, { annotations })).toHaveProperty('alert.metric_context', context)
  })

  test.each([
    ['2026-05-17T13:42:00.62281314+02:00', '2026-05-17T11:42:00.622Z'],
    ['2026-05-17T11:42:00Z', '2026-05-17T11:42:00.000Z'],
  ])('startsAt %s is %s', (startsAt, starts_at) => {
    const reading = readOne(source, { startsAt })
    expect(reading).toMatchObject({ alert: { starts_at } })
    expect(reading).toHaveProperty('alert.source_key', expect.stringContaining(`:${starts_at}`))
  })

  test('the status of the group says nothing', () => {
    expect(readOne(source, {}, { status: 'resolved' })).toMatchObject(FIRING)
    const ends_at = '2026-05-17T10:16:30.123Z'
    expect(readOne(source, RESOLVED, { status: 'firing' })).toMatchObject({ alert: { status: 'resolved', ends_at } })
    expect(readOne(source, { ...RESOLVED, endsAt: '0001-01-01T00:00:00Z' })).toMatchObject({ alert: { ends_at: null } })
    // While it fires an end can only be an expiry.
    expect(readOne(source, { endsAt: '2026-05-17T12:46:30Z' })).toMatchObject({ alert: { ends_at: null } })
  })

  test.each<[string, object, object]>([
    ['resolved, cut', RESOLVED, { truncatedAlerts: 1 }],
    ['resolved, cut by an unknown number', RESOLVED, { truncatedAlerts: 'some' }],
    [
      'resolved by the series going missing',
      { ...RESOLVED, annotations: { grafana_state_reason: 'MissingSeries' } },
      {},
    ],
    ['severity none, even with a priority', { labels: { severity: 'none' } }, {}],
  ])('ignored: %s', (_case, alert, batch) => {
    expect(readOne(source, alert, batch)?.reading).toBe('ignored')
  })

  test('a firing alert in a cut delivery stands', () => {
    expect(readOne(source, {}, { truncatedAlerts: 3 })).toMatchObject(FIRING)
  })

  test.each<[string, object, RegExp]>([
    ['status', { status: 'exploded' }, /^alerts\[0\]\.status is "exploded": send firing or resolved/],
    ['service', { labels: { service: undefined } }, /^alerts\[0\]\.labels\.service is missing: label the alert/],
    ['service type', { labels: { service: 7 } }, /^alerts\[0\]\.labels\.service is 7: a label is a string/],
    [
      'service text',
      { labels: { service: 'a\u001b[2Jb' } },
      /^alerts\[0\]\.service is a text of 6 characters: printable/,
    ],
    ['alertname', { labels: { alertname: '???' } }, /^alerts\[0\]\.labels\.alertname is "\?\?\?": name the alert/],
    ['startsAt', { startsAt: 'today' }, /^alerts\[0\]\.startsAt is "today": send an RFC 3339 time/],
    ['zero startsAt', { startsAt: '0001-01-01T00:00:00Z' }, /^alerts\[0\]\.startsAt is .*not the zero time/],
    ['day that is none', { startsAt: '2026-02-30T00:00:00Z' }, /^alerts\[0\]\.startsAt is "2026-02-30/],
    ['a long value', { status: 'x'.repeat(1000) }, /^alerts\[0\]\.status is a text of 1000 characters: send/],
    ['fingerprint', { fingerprint: 'a:b' }, /^alerts\[0\]\.fingerprint is "a:b": send an id/],
  ])('rejected: %s', (_case, alert, reason) => {
    expect(readOne(source, alert)).toEqual({ reading: 'rejected', reason: expect.stringMatching(reason) })
  })

  test('without a groupKey nothing is shared with other groups', () => {
    for (const groupKey of [undefined, ''])
      expect(readOne(source, {}, { groupKey })).toMatchObject({
        alert: { correlation_keys: [/^native:/, /^target:/].map((key) => expect.stringMatching(key)) },
      })
  })

  test('an empty delivery is ignored, the other sender refused', () => {
    expect(
      source.read(patched(BODIES.grafana, { alerts: [], version: source === grafana ? '1' : '4' }), RECEIVED_AT),
    ).toEqual([{ reading: 'ignored', reason: 'the delivery holds no alerts' }])
    const other = source === grafana ? BODIES.alertmanager : BODIES.grafana
    expect(source.read(other, RECEIVED_AT)).toMatchObject([
      { reading: 'rejected', reason: expect.stringMatching(/^version is "[14]": send/) },
    ])
  })
})

test('one target has one identity, whichever metric source saw it', () => {
  const [a, b] = [readOne(grafana, {}), readOne(alertmanager, {})]
  expect(a).toHaveProperty('alert.identity', expect.stringContaining('appointments-api'))
  expect(b).toMatchObject({ alert: { identity: a?.reading === 'alert' ? a.alert.identity : '' } })
})
