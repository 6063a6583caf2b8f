/** Redaction of whole deliveries: nothing private stays, and adapters still read what the alert is about. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixtureBody } from '../../../tests/support/fixture.ts'
import { leavesOf, type Path, replaced } from '../../../tests/support/leaves.ts'
import { PLANTED, plantedAt, revealing } from '../../../tests/support/personal-data.ts'
import { allFixtures, RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { findSource } from './index.ts'
import { redactDelivery } from './redact-delivery.ts'
import { REDACTED } from './sensitive-text.ts'
import type { Reading } from './source.ts'

const fixtures = allFixtures()

const at = (body: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown>)[key], body)

/** All but the link, and what stands in texts alone: a length, a measured value. */
const known = (reading: Reading) => {
  if (reading.reading !== 'alert') return reading
  const { source_ref: _link, window_minutes: _window, metric_context: _metrics, ...alert } = reading.alert
  return alert
}

/** Labels in the rendered text of a page are one more way to its measurement. */
const KEYS_LOST: readonly string[] = ['webhooks/pagerduty/incident.triggered.text_body.json']

test.each(fixtures)('$path: it is read as before', ({ source, path, body, headers }) => {
  const read = findSource(source)?.read ?? (() => [])
  const before = read(body, RECEIVED_AT, headers).map(known)
  const after = read(redactDelivery({ name: source }, body), RECEIVED_AT, headers).map(known)
  const fewer = KEYS_LOST.includes(path)
  expect(after).toEqual(fewer ? before.map((one) => ({ ...one, correlation_keys: expect.any(Array) })) : before)
})

test.each(fixtures)('$path: nothing private of its own is left, and twice gives the same', ({ source, body }) => {
  const kept = redactDelivery({ name: source }, body)
  expect(revealing(JSON.stringify(kept))).toEqual([])
  expect(redactDelivery({ name: source }, kept)).toEqual(kept)
})

test.each(fixtures)('$path: nothing that is planted where payloads carry it is left', ({ source, body }) => {
  const laced = leavesOf(body).reduce<unknown>((made, path) => {
    const text = plantedAt(path, at(body, path))
    return text === null ? made : replaced(made, path, text)
  }, body)
  expect(JSON.stringify(redactDelivery({ name: source }, laced))).not.toMatch(PLANTED)
})

describe('by the look of a value, wherever it stands', () => {
  test.each(fixtures)('$path', ({ source, body }) => {
    const secrets = [
      'planted@clinic.example',
      'x +44 7700 900777',
      'Bearer planted.token',
      'planted%40clinic.example',
      `${'sk'}_live_planted0123456789`,
      'https://planted-user:planted@host.example/d?token=planted',
      'Planted Person wrote this, planted@clinic.example',
    ]
    for (const secret of secrets) {
      const laced = leavesOf(body).reduce((made, path) => replaced(made, path, secret), body)
      expect(JSON.stringify(redactDelivery({ name: source }, laced))).not.toMatch(PLANTED)
    }
  })
})

test.each<[string, unknown, unknown]>([
  ['a key may be one', { 'maria@clinic.example': 1 }, { [REDACTED]: 1 }],
  ['tags by name', [{ name: 'user', value: 'maria' }], [{ name: 'user', value: REDACTED }]],
  ['tags as pairs', { tags: [['user', 'maria']] }, { tags: [['user', REDACTED]] }],
  ['tags in a text', { tags: 'user:maria,service:api' }, { tags: 'service:api' }],
  ['JSON in a text', { data: '{"user":"maria","pod":"api-0"}' }, { data: `{"user":"${REDACTED}","pod":"api-0"}` }],
  ['all below', { user: { name: 'Maria', id: 7 } }, { user: REDACTED }],
  ['times and amounts', { at: '2026-05-17 11:42:33', w: '10 minutes' }, { at: '2026-05-17 11:42:33', w: '10 minutes' }],
  ['free text', { anything: 'Maria was here' }, { anything: REDACTED }],
  [
    'an account',
    { AlarmArn: 'arn:aws:x:123456789012:y' },
    { AlarmArn: expect.stringMatching(/^sha256:[0-9a-f]{32}$/) },
  ],
  [
    'a private place by its end',
    { customerPhone: 1, contact_email_address: 'm' },
    { customerPhone: REDACTED, contact_email_address: REDACTED },
  ],
  [
    'a number where a text belongs',
    { title: 447700900123, tags: [447700900123], service: 447700900123 },
    { title: REDACTED, tags: [REDACTED], service: REDACTED },
  ],
  ['an account number', { ref: 'DE89370400440532013000' }, { ref: REDACTED }],
  ['an address in a link', { ref: 'maria%40clinic.example' }, { ref: REDACTED }],
  ['what is no text', { a: 1, b: true, c: null, d: [] }, { a: 1, b: true, c: null, d: [] }],
])('%s', (_what, body, kept) => {
  expect(redactDelivery({ name: 'custom' }, body)).toEqual(kept)
})

test('of Splunk On-Call nothing is kept that the sender added', () => {
  expect(redactDelivery({ name: 'splunk_oncall' }, { incident: '5129', extra: 'word' })).toEqual({
    incident: '5129',
    extra: REDACTED,
  })
})

test('what a mapping reads names from is a name, unless it looks like a person', () => {
  const body = { state: 'still raised', who: 'Maria Ivanova', owner: { team: 'a b' }, at: 'x maria@clinic.example' }
  expect(redactDelivery({ name: 'custom', names: ['state', 'at'] }, body)).toEqual({
    ...{ state: 'still raised', who: REDACTED, owner: REDACTED, at: REDACTED },
  })
})

test('survives anything, however deep', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const kept = redactDelivery({ name: 'grafana' }, value)
      expect(redactDelivery({ name: 'grafana' }, kept)).toEqual(kept)
    }),
  )
  const deep = JSON.parse(`${'['.repeat(5000)}"x"${']'.repeat(5000)}`)
  expect(JSON.stringify(redactDelivery({ name: 'custom' }, deep))).toContain(REDACTED)
  expect(redactDelivery({ name: 'custom' }, JSON.parse('{"__proto__":{"a":1}}'))).not.toHaveProperty('a')
})

test('the structure stays', () => {
  const body = fixtureBody('webhooks/alertmanager/firing.group3.json') as { alerts: object[] }
  const kept = redactDelivery({ name: 'alertmanager' }, body) as typeof body
  expect(kept.alerts.map((alert) => Object.keys(alert))).toEqual(body.alerts.map((alert) => Object.keys(alert)))
})
