import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digest } from './digest.ts'

describe('canonicalJson', () => {
  it('gives the bytes of the reference implementation for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        // RFC 8785 has no form for a lone surrogate; JSON.stringify escapes it.
        fc.pre(!/\\ud[89a-f]/i.test(JSON.stringify(value)))
        expect(canonicalJson(value)).toBe(canonicalize(value))
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    [
      'members sorted by UTF-16 units',
      { '\u20ac': 1, '\r': 2, 1: 3, '\u{1f600}': 4, '\u0080': 5 },
      '{"\\r":2,"1":3,"\u0080":5,"€":1,"😀":4}',
    ],
    [
      'numbers in shortest form',
      [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0],
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    ],
    [
      'names that no object keeps in their place',
      JSON.parse('{"b":[{"z":1,"10":2,"9":3}],"a":{"y":1,"__proto__":{"d":1,"c":2}}}'),
      '{"a":{"__proto__":{"c":2,"d":1},"y":1},"b":[{"10":2,"9":3,"z":1}]}',
    ],
    ['members without a value left out', { a: undefined, b: 1 }, '{"b":1}'],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['undefined in a list', [undefined]],
    ['a Map', new Map()],
    ['a Date', new Date(0)],
    ['a bigint', 1n],
  ])('refuses %s, which JSON cannot hold', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})

it('digest is the sha256 of the canonical bytes', () => {
  expect(digest({ b: 1, a: 2 })).toBe('d3626ac30a87e6f7a6428233b3c68299976865fa5508e4267c5415c76af7a772')
})
