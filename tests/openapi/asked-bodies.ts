/** Bodies of requests to one operation: right ones, broken ones, and what is no JSON at all. */
import fc from 'fast-check'
import { deliveriesLike } from '../fuzz/mutations.ts'
import { conforming } from './conforming.ts'
import type { Operation } from './document.ts'

const MEDIA = [
  'text/html',
  'application/xml',
  'application/json; charset=latin1',
  'json',
  '',
  'application/problem+json',
]
const LARGE = Buffer.from(JSON.stringify({ text: 'a'.repeat(1_100_000) }))

interface Sent {
  headers: Record<string, string>
  body: Buffer | null
}

const sent = (body: Buffer | null, type?: string): Sent => ({
  headers: type === undefined ? {} : { 'content-type': type },
  body,
})

/** `examples` are bodies that are known to be right. */
export const bodiesOf = ({ requestBody }: Operation, examples: readonly unknown[]): fc.Arbitrary<Sent> => {
  if (!requestBody) return fc.constant(sent(null))
  const types = Object.keys(requestBody.content)
  const schema = requestBody.content['application/json']?.schema ?? {}
  const right = fc.oneof(conforming(schema), ...examples.map((body) => fc.constant(body)))
  const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '')
  return fc.oneof(
    { weight: 6, arbitrary: right.map((value) => sent(json(value), 'application/json')) },
    {
      weight: 6,
      arbitrary: right
        .chain((body) => deliveriesLike('', [{ body, headers: {} }]))
        .map(({ headers, raw }) => ({ headers, body: raw })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(right, fc.constantFrom(...types, ...MEDIA)).map(([v, type]) => sent(json(v), type)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((raw) => sent(Buffer.from(raw), 'application/json')) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(sent(null), sent(Buffer.alloc(0), 'application/json'), sent(LARGE, types[0])),
    },
  )
}
