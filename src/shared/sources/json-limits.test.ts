/** The limits of JSON texts, to the very value; and that what stands in quotes counts for nothing. */
import { describe, expect, test } from 'vitest'
import { beyondJsonLimits, MAX_JSON_DEPTH, MAX_JSON_VALUES } from './json-limits.ts'
import { parsedText } from './text.ts'

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const list = (elements: number) => `[${Array.from({ length: elements }, () => 1).join()}]`
const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":{}`).join()}}`

describe('beyondJsonLimits', () => {
  test.each([
    ['as deep as may be', nested(MAX_JSON_DEPTH), null],
    ['a level deeper', nested(MAX_JSON_DEPTH + 1), 'deeper than 64 levels'],
    ['deep in turns', '[{"a":'.repeat(33), 'deeper than 64 levels'],
    ['beside each other', `[${Array.from({ length: 1000 }, () => nested(60)).join()}]`, 'more than 50000 members'],
    ['as many elements as may be', list(MAX_JSON_VALUES), null],
    ['an element more', list(MAX_JSON_VALUES + 1), 'more than 50000 members and elements'],
    ['objects as members', members(MAX_JSON_VALUES / 2), null],
    ['more objects as members', members(MAX_JSON_VALUES / 2 + 1), 'more than 50000 members and elements'],
    ['brackets in a text', JSON.stringify({ a: nested(100), b: ','.repeat(60_000) }), null],
    ['quotes in a text', JSON.stringify({ a: `"${nested(100)}\\"\\\\`, b: '\\' }), null],
    ['behind a text that ends in a backslash', `{"a":"\\\\","b":${nested(64)}}`, 'deeper than 64 levels'],
    ['behind a text that never ends', `["${nested(100)}`, null],
    ['nothing', '', null],
  ])('%s', (_what, json, beyond) => {
    if (beyond === null) expect(beyondJsonLimits(json)).toBeNull()
    else expect(beyondJsonLimits(json)).toContain(beyond)
  })

  test('a text inside a text has the same limits', () => {
    expect(parsedText(nested(MAX_JSON_DEPTH))).toBeInstanceOf(Array)
    expect(parsedText(nested(MAX_JSON_DEPTH + 1))).toBeUndefined()
  })
})
