/** Deliveries that begin as a recorded one and have some of their places, and then some of their bytes, changed. */
import fc from 'fast-check'
import { isBranch } from '../../src/shared/sources/is-branch.ts'
import type { Fixture } from '../support/source-fixtures.ts'
import type { FuzzCase } from './case.ts'
import { junk, PROTOTYPE_KEYS } from './junk.ts'

type Node = { parent: Record<string, unknown>; key: string }
type Change = (value: unknown, parent: Record<string, unknown>, key: string) => void

/** Adds a member whatever its name is: assigning to `__proto__` would not. */
const put = (parent: object, key: string, value: unknown): void => {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
}

/** A JSON text in a JSON text is taken apart too, under this mark, and put together again at the end. */
const NESTED = '\u0000nested'

const opened = (value: unknown): unknown => {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    try {
      return { [NESTED]: opened(JSON.parse(value)) }
    } catch {
      return value
    }
  }
  if (Array.isArray(value)) return value.map(opened)
  if (!isBranch(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, opened(child)]))
}

const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (!isBranch(value)) return value
  if (Object.hasOwn(value, NESTED)) return JSON.stringify(closed(value[NESTED]))
  const copy = {}
  for (const [key, child] of Object.entries(value)) put(copy, key, closed(child))
  return copy
}

const nodesOf = (parent: Record<string, unknown>): Node[] =>
  Object.keys(parent).flatMap((key) => {
    const child = parent[key]
    return [{ parent, key }, ...(isBranch(child) ? nodesOf(child) : [])]
  })

const swapType: Change = (value, parent, key) => {
  const swapped =
    typeof value === 'string'
      ? [value]
      : typeof value === 'number'
        ? String(value)
        : isBranch(value)
          ? JSON.stringify(value)
          : { value }
  put(parent, key, swapped)
}
const drop: Change = (_value, parent, key) => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
}
const repeat: Change = (value, parent, key) => put(parent, key, Array(40).fill(value))
const negate: Change = (value, parent, key) => put(parent, key, typeof value === 'number' ? -value * 1e12 : -1)

/** A long run of one character inside what was there: what looks right up to it costs a bad pattern the most. */
const grow =
  (run: string, place: number): Change =>
  (value, parent, key) => {
    if (typeof value !== 'string') return
    const at = place % (value.length + 1)
    put(parent, key, `${value.slice(0, at)}${run.repeat(60_000)}${value.slice(at)}`)
  }

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(' ', '1', '_', '-', '.', 'a', '/'), fc.nat(200))
      .map(([run, at]) => grow(run, at)),
  },
  {
    weight: 5,
    arbitrary: junk.map(
      (value): Change =>
        (_, parent, key) =>
          put(parent, key, structuredClone(value)),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(swapType, drop, repeat, negate) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...PROTOTYPE_KEYS), junk).map(
      ([name, value]): Change =>
        (own, parent) => {
          const holder = [own, parent].find((one) => isBranch(one) && !Array.isArray(one))
          if (isBranch(holder)) put(holder, name, structuredClone(value))
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(400).map(
      (depth): Change =>
        (value, parent, key) => {
          put(
            parent,
            key,
            Array.from({ length: depth }).reduce<unknown>((inner) => [inner], value),
          )
        },
    ),
  },
)

/** On the text, where JSON no longer says what is allowed. */
type ByteChange = (raw: Buffer) => Buffer
const at = (raw: Buffer, place: number): number => place % Math.max(1, raw.length)
const insert =
  (bytes: Buffer) =>
  (place: number): ByteChange =>
  (raw) =>
    Buffer.concat([raw.subarray(0, at(raw, place)), bytes, raw.subarray(at(raw, place))])

/** A second member of a name that is there already: the last one counts. */
const duplicateKey =
  (place: number): ByteChange =>
  (raw) => {
    const text = raw.toString('utf8')
    const keys = [...text.matchAll(/"[a-zA-Z_]+":/g)]
    const key = keys[place % Math.max(1, keys.length)]
    return key ? Buffer.from(`${text.slice(0, key.index)}${key[0]}null,${text.slice(key.index)}`) : raw
  }

/** Deeper than any recursion goes: a parser that calls itself ends here. */
const deepMember =
  (place: number): ByteChange =>
  (raw) => {
    const text = raw.toString('utf8')
    const braces = [...text.matchAll(/\{(?=")/g)]
    const brace = braces[place % Math.max(1, braces.length)]
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    return brace ? Buffer.from(`${text.slice(0, brace.index)}{"deep":${deep},${text.slice(brace.index + 1)}`) : raw
  }

const byteChange: fc.Arbitrary<ByteChange> = fc
  .tuple(
    fc.nat(60_000),
    fc.constantFrom<(place: number) => ByteChange>(
      duplicateKey,
      deepMember,
      insert(Buffer.from([0xff, 0xc3, 0x28])),
      insert(Buffer.from('\\u0000')),
      insert(Buffer.from('[[[[')),
      (place) => (raw) => raw.subarray(0, at(raw, place)),
      (place) => (raw) => Buffer.from(raw.map((byte, index) => (index === at(raw, place) ? byte ^ 0x10 : byte))),
    ),
  )
  .map(([place, make]) => make(place))

const CONTENT_TYPES = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/cloudevents+json',
]

const JSON_TYPE = 'application/json'

const fieldText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** As it goes over the wire: a form where the recorded one is a form. */
const bytesOf = (body: unknown, contentType: string): Buffer => {
  if (!contentType.includes('urlencoded') || !isBranch(body)) return Buffer.from(JSON.stringify(body) ?? '')
  const fields = Object.entries(body).map(([key, value]): [string, string] => [key, fieldText(value)])
  return Buffer.from(new URLSearchParams(fields).toString())
}

/** `fc.option` has it the other way round: with a `freq` of 6 it is null once in seven. */
const oneIn = <Value>(times: number, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(null) }, arbitrary)

export const deliveriesLike = (
  source: string,
  fixtures: readonly Pick<Fixture, 'body' | 'headers'>[],
): fc.Arbitrary<FuzzCase> =>
  fc
    .record({
      fixture: fc.constantFrom(...fixtures),
      changes: fc.array(fc.tuple(fc.nat(5_000), change), { maxLength: 4 }),
      bytes: oneIn(6, byteChange),
      contentType: oneIn(25, fc.constantFrom(...CONTENT_TYPES)),
    })
    .map(({ fixture, changes, bytes, contentType }) => {
      const root = { body: opened(fixture.body) }
      for (const [place, apply] of changes) {
        const nodes = nodesOf(root)
        const node = nodes[place % nodes.length]
        if (node) apply(node.parent[node.key], node.parent, node.key)
      }
      const headers = Object.fromEntries(
        Object.entries(fixture.headers).filter(([, value]) => typeof value === 'string'),
      )
      const type = contentType ?? headers['content-type'] ?? JSON_TYPE
      const raw = bytesOf(closed(root.body), String(type))
      return {
        source,
        headers: { ...headers, 'content-type': String(type) } as Record<string, string>,
        raw: bytes ? bytes(raw) : raw,
      }
    })
