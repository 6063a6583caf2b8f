/** What is packed here is what a script of a real Redis finds in its ARGV, byte for byte. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { packArguments, packTogether } from './pack-arguments.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const DIGESTS = `${readFileSync(new URL('./unpack.lua', import.meta.url), 'utf8')}
local digests = {}
for i, argument in ipairs(ARGV) do digests[i] = type(argument) .. ':' .. redis.sha1hex(argument) end
return digests`

const expected = (bytes: string | Uint8Array) => `string:${createHash('sha1').update(bytes).digest('hex')}`
const found = (packed: Buffer) => redis.eval(DIGESTS, 0, packed)

it.each<[string, unknown, string | Uint8Array]>([
  ['nothing', '', ''],
  ['undefined', undefined, ''],
  ['null', null, ''],
  ['a number', 1779018150000, '1779018150000'],
  ['a negative number', -1, '-1'],
  ['a short text', 'HM-2026-05-17-01', 'HM-2026-05-17-01'],
  ['a short text that is not ASCII', 'größer als 90 %', 'größer als 90 %'],
  ['a text as long as the loop goes', 'x'.repeat(48), 'x'.repeat(48)],
  ['a long text', 'x'.repeat(49), 'x'.repeat(49)],
  ['a long text that is not ASCII', '高負荷 🔥 '.repeat(40_000), '高負荷 🔥 '.repeat(40_000)],
  ['control characters', 'a\u0000b\u0080c\u2028', 'a\u0000b\u0080c\u2028'],
  ['bytes that are no text', Buffer.from([0, 0x80, 0xc2, 0xff, 0xdb]), Buffer.from([0, 0x80, 0xc2, 0xff, 0xdb])],
  ['half a surrogate pair', 'a\ud800', 'a\ufffd'],
])('brings over %s', async (_, argument, bytes) => {
  expect(await found(packArguments(['before', argument, 'after']))).toEqual(['before', bytes, 'after'].map(expected))
})

it('brings over no argument at all', async () => {
  expect(await found(packArguments([]))).toEqual([])
})

it('brings over what was packed before the others, where it stands among them', async () => {
  const packed = packTogether(['größer', packTogether(['in', 2]), '', null])
  expect(packed.count).toBe(5)
  expect(await found(packArguments(['a', packed, packTogether([]), 'z']))).toEqual(
    ['a', 'größer', 'in', '2', '', '', 'z'].map(expected),
  )
})

it('leaves what was packed before as it was, past the end of the room they share', async () => {
  const texts = Array.from({ length: 400 }, (_, i) => `${i}:${'x'.repeat((i * 37) % 3000)}`)
  const packed = texts.map((text) => packArguments([text]))
  expect(await Promise.all(packed.map(found))).toEqual(texts.map((text) => [expected(text)]))
})
