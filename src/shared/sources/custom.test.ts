/** Mappings: what they read, what they refuse and why, and that no payload moves them. */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { fixtureBody, fixturePath, patched } from '../../../tests/support/fixture.ts'
import { RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { Alert } from '../contracts/alert.ts'
import { SourceMapping } from '../contracts/source-mapping.ts'
import { customSource } from './custom.ts'
import { pointedAt } from './json-pointer.ts'
import { unfoundPointers } from './unfound-pointers.ts'

const RAW = parse(readFileSync(fixturePath('mappings/beacon.yaml'), 'utf8'))
const PAYLOAD = fixtureBody('mappings/beacon.raised.json')

const readWith = (mapping: object, payload: object = {}) =>
  customSource('beacon', SourceMapping.parse(patched(RAW, mapping))).read(patched(PAYLOAD, payload), RECEIVED_AT)

/** As of every source: golden.test.ts says how to regenerate them. */
test.each(['raised', 'broken'])('beacon.%s.json is read as its golden output', (name) => {
  const readings = customSource('beacon', SourceMapping.parse(RAW)).read(
    fixtureBody(`mappings/beacon.${name}.json`),
    RECEIVED_AT,
  )
  const golden = fixturePath(`mappings/beacon.${name}.expected.json`)
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, `${JSON.stringify(readings, null, 2)}\n`)
  expect(readings).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
})

const KEY = '{}:{alertname="x"}'

test('reads each alert where the mapping says it is, and nothing else of it', () => {
  const [first, second] = readWith({})
  expect(first).toEqual({
    reading: 'alert',
    alert: {
      ...{ source: 'custom', kind: 'metric', source_key: 'custom:beacon:b-7781', status: 'firing', incident_id: null },
      identity: expect.any(String),
      correlation_keys: ['native:custom:beacon:b-7781', expect.stringMatching(/^target:/)],
      ...{ incident_class: 'high_memory_usage', service: 'appointments-api', namespace: 'prod' },
      ...{ pod: 'appointments-api-7c4d6f8b9-xq2lp', severity: 'P1', severity_inferred: false, window_minutes: 10 },
      ...{ metric_context: { memory_percent: 93 }, source_ref: 'https://beacon.example.com/events/b-7781' },
      ...{ starts_at: '2026-05-17T11:42:00.000Z', ends_at: null },
    },
  })
  expect(second).toEqual({
    reading: 'ignored',
    reason: 'status a text of 16 characters neither opens nor ends an incident',
  })
})

describe('one thing changed', () => {
  const event = (patch: object) => ({ events: { 0: patch } })
  test.each<[string, object, object, object]>([
    [
      'over',
      {},
      event({ state: 'Cleared', until: 1779020190 }),
      { status: 'resolved', ends_at: '2026-05-17T12:16:30.000Z' },
    ],
    ['a level of the map', {}, event({ level: 'YELLOW' }), { severity: 'P3', severity_inferred: false }],
    ['a level that needs no map', {}, event({ level: 'p2' }), { severity: 'P2', severity_inferred: false }],
    ['a level nobody knows', {}, event({ level: 'mauve' }), { severity: 'P3', severity_inferred: true }],
    ['milliseconds', {}, event({ since: '1779018120000' }), { starts_at: '2026-05-17T11:42:00.000Z' }],
    ['RFC 3339', {}, event({ since: '2026-05-17T13:42:00+02:00' }), { starts_at: '2026-05-17T11:42:00.000Z' }],
    ['no start', {}, event({ since: null }), { starts_at: RECEIVED_AT }],
    [
      'an id that is not plain',
      {},
      event({ uid: 'a/b c' }),
      { source_key: expect.stringMatching(/^custom:beacon:[0-9a-f]{32}$/) },
    ],
    [
      'a class that is always the same',
      { fields: { class: { value: 'endpoint_down' } } },
      {},
      { incident_class: 'endpoint_down' },
    ],
    ['a class in another script', {}, event({ check: { name: '記憶' } }), { incident_class: 'unclassified' }],
    [
      'one alert a payload',
      {
        alerts: undefined,
        fields: { id: '/events/0/uid', status: '/events/0/state', class: { value: 'x' }, service: { value: 'y' } },
      },
      {},
      { service: 'y' },
    ],
    [
      'a page, with the key of its group',
      { kind: 'paging' },
      event({ group: KEY }),
      {
        kind: 'paging',
        metric_context: {},
        correlation_keys: expect.arrayContaining([expect.stringMatching(/^group:/)]),
      },
    ],
    [
      'a measurement with the hash of its group',
      {},
      event({ group: 'a'.repeat(64) }),
      { correlation_keys: expect.arrayContaining([`group:${'a'.repeat(64)}`]) },
    ],
  ])('%s', (_what, mapping, payload, alert) => {
    expect(readWith(mapping, payload)[0]).toMatchObject({ reading: 'alert', alert })
  })

  test.each<[string, object, RegExp]>([
    [
      'no service',
      event({ target: { service: undefined } }),
      /^\/events\/0\/target\/service is missing: fields.service of the mapping 'beacon'/,
    ],
    ['a list as the id', event({ uid: [1] }), /^\/events\/0\/uid is an array: fields.id/],
    ['a status nobody named', event({ state: 'melted' }), /^\/events\/0\/state is "melted": name it under status/],
    ['no list', { events: null }, /^\/events is null: alerts of the mapping 'beacon' points there/],
  ])('%s is rejected, naming the pointer', (_what, payload, reason) => {
    expect(readWith({}, payload)[0]).toEqual({ reading: 'rejected', reason: expect.stringMatching(reason) })
  })

  test('an empty list is ignored', () => {
    expect(readWith({}, { events: [] })).toMatchObject([{ reading: 'ignored' }])
  })
})

test('what finds nothing is told, by how many alerts lack it', () => {
  const unfound = unfoundPointers(SourceMapping.parse(RAW), PAYLOAD)
  expect(unfound).toContainEqual({ field: 'fields.pod', pointer: '/target/instance', finds: 'nothing', alerts: 1 })
  expect(unfound).toContainEqual({ field: 'fields.group_key', pointer: '/group', finds: 'nothing', alerts: 2 })
  expect(unfound.map(({ field }) => field)).not.toContain('fields.service')
})

test.each<[string, object]>([
  ['a pointer without its slash', { fields: { id: 'uid' } }],
  ['an escape that is none', { fields: { id: '/a~2' } }],
  ['no value that fires', { status: { firing: [] } }],
  ['a value with two meanings', { status: { resolved: ['RAISED'] } }],
  ['a level beyond the scale', { severity: { P9: ['x'] } }],
  ['a metric that is no identifier', { metrics: { 'memory %': '/x' } }],
  ['a field nobody reads', { fields: { clas: '/x' } }],
])('%s makes no mapping', (_what, patch) => {
  expect(SourceMapping.safeParse(patched(RAW, patch)).success).toBe(false)
})

test.each<[string, unknown]>([
  ['', { a: 1 }],
  ['/a', 1],
  ['/a/b', undefined],
  ['/__proto__', undefined],
  ['/constructor/name', undefined],
])('%j finds own members alone', (pointer, found) => {
  expect(pointedAt({ a: 1 }, pointer)).toEqual(found)
})
test('pointers are unescaped once', () => {
  expect(pointedAt({ 'a/b': { '~1': 7 } }, '/a~1b/~01')).toBe(7)
})

test('no payload moves a mapping', () => {
  const source = customSource('beacon', SourceMapping.parse(RAW))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ events: fc.array(fc.jsonValue()) })), (payload) => {
      for (const reading of source.read(payload, RECEIVED_AT))
        expect(reading.reading !== 'alert' || Alert.safeParse(reading.alert).success).toBe(true)
    }),
    { numRuns: 500 },
  )
})
