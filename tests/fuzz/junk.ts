/** Values that real senders never send and code seldom expects. */
import fc from 'fast-check'

const TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    '😀',
    'ﷺ',
    "'; DROP TABLE incidents;--",
    '<script>',
    '%00',
    '../../etc/passwd',
  ],
  ...['{EVENT.ID}', '*UNKNOWN*', '$ALERT_ID', '[no value]', '{{x}}', 'null', 'undefined', 'NaN', '[object Object]'],
  ...['__proto__', 'constructor', 'toString', 'active', 'meta', 'HM-2026-05-17-01', 'P0', 'p1', 'none', 'critical'],
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59', '2026-02-30T00:00:00Z'],
  ...['2026-05-17 11:42:00', '+275760-09-13T00:00:00Z', '2026-05-17T11:42:60Z', '-1', '1e308', '1e400', '0x10', '١٢'],
  ...['PT', 'P1Y', 'PT9999999999H', '1e9w', '99999999999999999999m', 'http://', 'javascript:alert(1)', 'http://[::1'],
  ...['https://a:b@c/d?e#f', '{"a":', '[', '"', '"\\ud800"', '[[[[[[', 'e30=', '=', 'a=b=c', ':', '::', ','],
]

/** Each would hang a regular expression that tries every way to split it. */
const LONG = ['a', '1', '[', '{', ' ', '[a] ', '1m', '(1', 'a=1 ', '\\', '-', '/', '%', '"']

const NUMBERS = [
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e308,
  -1e308,
  5e-324,
  1e21,
  8.64e15,
  8.64e15 + 1,
]

export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS),
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}], { value: null }, { display_value: {} }),
  fc.tuple(fc.constantFrom(...LONG), fc.constantFrom(10, 3_000, 60_000)).map(([text, times]) => text.repeat(times)),
  fc.jsonValue({ maxDepth: 4 }),
)

export const PROTOTYPE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  'then',
  'length',
]
