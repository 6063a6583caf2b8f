import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRecord } from './parse-record.ts'
import { traceOf } from './trace.fixture.ts'

const [record] = traceOf('HM-1', 1)
const text = JSON.stringify(record)

it.each([
  ['in front', text.replace('{', '{"actor":"operator:eve",')],
  ['with the same value', text.replace('"seq":0', '"seq":0,"seq":0')],
  ['written otherwise', text.replace('{', '{"\\u0061ctor":"operator:eve",')],
  ['in another form of JSON', `${JSON.stringify(record, null, 2).replace('{', '{ "at" : 1 ,')}\r`],
  ['inside', text.replace(/"decision_diff":{[^}]*}/, '"decision_diff":{"status":1,"status":1}')],
])('a member that is stated twice, %s, is no record', (_, twice) => {
  expect(JSON.parse(twice)).toBeTypeOf('object')
  expect(parseRecord(twice)).toBe(twice)
})

it('nothing that is deeper than anybody can look', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000)
  expect(parseRecord(deep)).toBe(deep)
})

it('any other JSON is what it is, however it is written', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(undefined, 1, '\t'),
      fc.constantFrom('', '\r'),
      (value, indent, end) => {
        const written = JSON.stringify(value, null, indent) + end
        expect(parseRecord(written)).toEqual(JSON.parse(written))
      },
    ),
  )
})
