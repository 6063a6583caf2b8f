/** Bodies that are not JSON: the answer says what is wrong and where, and repeats nothing of the body. */
import { expect, test } from 'vitest'
import { parseBody } from './read-body.ts'

const SECRET = 'hunter2'

test.each<[string, string]>([
  ['', 'the body is empty'],
  ['{"a":}', 'unexpected character at line 1, column 6'],
  ['{\n "token": "hunter2",\n "pod": hunter2 }', 'unexpected character at line 3, column 9'],
  ['hunter2', 'unexpected character at line 1, column 1'],
  ['{"a": nul, "b": 1}', 'unexpected character at line 1, column 10'],
  ['{"a":1,}', 'Expected double-quoted property name at line 1, column 8'],
  ["{'hunter2':1}", "Expected property name or '}' at line 1, column 2"],
  ['{"a":1}\nhunter2', 'Unexpected non-whitespace character after JSON at line 2, column 1'],
  ['{"a":"hunter2', 'Unterminated string at line 1, column 14'],
  ['{"a":"\n"}', 'Bad control character in string literal at line 1, column 7'],
  ['{"a":[1,2', "Expected ',' or ']' after array element at line 1, column 10"],
  ['{"a":', 'it ends too early, after 5 characters'],
  [`{"a": "${SECRET.repeat(50_000)}", "b": x}`, 'unexpected character at line 1, column 350016'],
])('body %#', (text, message) => {
  const parse = () => parseBody(Buffer.from(text))
  expect(parse).toThrow(message)
  expect(parse).not.toThrow(SECRET)
})

test('JSON made to be costly is refused before it is parsed', () => {
  expect(() => parseBody(Buffer.from('['.repeat(500_000)))).toThrow('it is nested deeper than 64 levels')
  expect(() => parseBody(Buffer.from(`[${'0,'.repeat(50_001)}`))).toThrow('it has more than 50000 members and elements')
})

test('what is not UTF-8 is not JSON', () => {
  expect(() => parseBody(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toThrow('the body is not JSON: it is not valid UTF-8')
})

test('a JSON body is kept as its bytes, and parsed', () => {
  const raw = Buffer.from('\ufeff{"a":"\u00e9"}')
  expect(parseBody(raw)).toEqual({ raw, body: { a: '\u00e9' } })
})
