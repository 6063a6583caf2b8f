/** What every source guarantees, over all its recorded deliveries and anything else a stranger may send. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CARRIED } from '../../../tests/support/carried-places.ts'
import { leavesOf, type Path, placeOf, replaced } from '../../../tests/support/leaves.ts'
import { allFixtures, fixturesOf, RECEIVED_AT } from '../../../tests/support/source-fixtures.ts'
import { Alert, SourceName } from '../contracts/alert.ts'
import { SOURCES } from './index.ts'
import type { Reading } from './source.ts'

/** Invented personal data and secrets of the fixtures, and what marks a link that acts or gives away a query. */
const FORBIDDEN = [
  ...['Maria', 'Ivanova', 'Helen', 'Marsh', 'Novak', 'PUSR3KD', '@', '+44', '1984', '203.0.113', '10.20.30'],
  ...['Bearer', 'eyJ', 'token', 'AKIA', 's3cret', 'postgres', 'Resolution Note', 'Spoke to', 'memory limit'],
  ...['ivanova', '88213', 'arn:', '123456789012', '00000000-', 'EXAMPLEp', '2336412f', 'amazonaws', 'heap', 'Raised'],
  ...['silence', 'g0.expr', 'orgId=', '?', 'runbook', 'averaged', 'no value', 'dial tcp', 'routing', 'Appointments'],
]

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const CANARY = 'canary'
const BAIT = 'https://canary-user:canary-password@link.example.com/d/board?canary=query#canary-hash'

const isShaped = (reading: Reading): boolean =>
  reading.reading === 'alert' ? Alert.safeParse(reading.alert).success : reading.reason.length > 0

describe.each(SOURCES)('source $name', ({ name, read }) => {
  const fixtures = fixturesOf(name)
  const carried = CARRIED[name as keyof typeof CARRIED]

  test('has recorded deliveries', () => expect(fixtures.length).toBeGreaterThan(1))

  test.each(fixtures)('$path: readings are well formed, its own, and always the same', ({ body, headers }) => {
    const readings = read(body, RECEIVED_AT, headers)
    expect(readings.length).toBeGreaterThan(0)
    for (const reading of readings) {
      expect(reading).toSatisfy(isShaped)
      if (reading.reading === 'alert') expect(reading.alert).toEqual(Alert.parse({ ...reading.alert, source: name }))
    }
    expect(JSON.stringify(read(structuredClone(body), RECEIVED_AT, headers))).toBe(JSON.stringify(readings))
  })

  test.each(fixtures)('$path: no personal data, secret or query reaches a reading', ({ body, headers }) => {
    const text = JSON.stringify(read(body, RECEIVED_AT, headers))
    expect(FORBIDDEN.filter((word) => text.includes(word))).toEqual([])
  })

  test('text is carried over from the listed places and no other', () => {
    const leaking = (bait: string) =>
      fixtures.flatMap(({ body, headers }) =>
        leavesOf(body)
          .filter((path) => JSON.stringify(read(replaced(body, path, bait), RECEIVED_AT, headers)).includes(CANARY))
          .map(placeOf),
      )
    expect([...new Set(leaking(CANARY))].sort()).toEqual([...new Set(carried)].sort())
    // Of a link the host and path are kept; the rest of it leaks only where any text does.
    expect(leaking(BAIT).filter((place) => !carried.includes(place))).toEqual([])
  })

  test.each(fixtures)('$path: survives any change of one place', ({ body, headers }) => {
    const paths = leavesOf(body).flatMap((path) => path.map((_, depth) => path.slice(0, depth + 1)))
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constant(undefined),
      fc.constant({ toString: 1, valueOf: 1 }),
    )
    fc.assert(
      fc.property(fc.constantFrom<Path>([], ...paths), junk, (path, value) => {
        expect(read(replaced(body, path, value), RECEIVED_AT, headers)).toSatisfy((all: Reading[]) =>
          all.every(isShaped),
        )
      }),
      { numRuns: 150 },
    )
  })

  test('survives anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const readings = read(value, RECEIVED_AT)
        // A list may be a batch, with an answer for each of its entries.
        expect(
          readings.every(({ reading }) => reading === 'rejected' || (reading === 'ignored' && isEmpty(value))),
        ).toBe(true)
        expect(readings).toHaveLength(Array.isArray(value) && readings.length > 1 ? value.length : 1)
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ...[null, undefined, true, 7, '', 'text', [], [[]], {}, [null]],
    JSON.parse('{"__proto__": {"alerts": []}, "constructor": {"prototype": {"source": "x"}}}'),
    ...[{ alerts: null }, { event: null }, { messages: {} }, { incident_key: [] }, { alert_name: 1 }, { ruleId: 'x' }],
  ])('is not thrown by %j', (body) => {
    expect(read(body, RECEIVED_AT)).toSatisfy((all: Reading[]) => all.every(isShaped))
    expect(({} as Record<string, unknown>).alerts).toBeUndefined()
  })
})

const nested = `${'['.repeat(5000)}${']'.repeat(5000)}`

test.each(['alerts', 'labels', 'values', 'event', 'messages', 'incident_key'])(
  'no depth of %s is too much',
  (field) => {
    const body = JSON.parse(`{"${field}": ${nested}, "version": "1", "ruleId": 1, "alert_name": "x"}`)
    for (const { read } of SOURCES)
      for (const deep of [body, body[field]])
        expect(read(deep, RECEIVED_AT)).toSatisfy((all: Reading[]) => all.every(isShaped))
  },
)

describe('batches', () => {
  const batches = allFixtures().flatMap(({ source, path, body }) => {
    const key = (['alerts', 'messages'] as const).find((name) => Array.isArray(Object(body)[name]))
    return key ? [{ source, path, key, body: body as Record<string, unknown[]> }] : []
  })

  test.each(batches)('$path: one broken entry is rejected, the others read as before', ({ source, key, body }) => {
    const read = SOURCES.find(({ name }) => name === source)?.read ?? (() => [])
    const entries = [...(body[key] ?? []), ...(body[key] ?? [])]
    const whole = read({ ...body, [key]: entries }, RECEIVED_AT)
    for (const [index] of entries.entries()) {
      const readings = read({ ...body, [key]: entries.with(index, { status: 'exploded' }) }, RECEIVED_AT)
      expect(readings[index]?.reading).toBe('rejected')
      expect(readings.toSpliced(index, 1)).toEqual(whole.toSpliced(index, 1))
    }
  })
})

test('the registry lists every source once', () => {
  expect(SOURCES.map(({ name }) => name)).toEqual(SourceName.options.filter((name) => name !== 'custom'))
})
