/** Addresses of one operation: its path with right and odd parameters, its query, and what is near to them. */
import fc from 'fast-check'
import { junk } from '../fuzz/junk.ts'
import { conforming } from './conforming.ts'
import type { Described, Parameter } from './document.ts'

type Params = Readonly<Record<string, string>>

/** As a part of an address can be, encoded or not. */
const ODD = ['%zz', '%', '%00', '%2F', '..', '.', '%2e%2e', ':id', '*', '[]', '%F0%9F%98%80', 'a;b', '__proto__']
const QUERIES = ['other=1', 'limit', '&&', '__proto__=1', 'limit[a]=1', '='.repeat(5000)]

/** Beside the address itself. */
const TURNS: readonly ((url: string) => string)[] = [
  (url) => `${url}/`,
  (url) => `/${url}`,
  (url) => url.toUpperCase(),
  (url) => url.replace(/^\/\w+/, '$&/x'),
  (url) => `${url}%20`,
]

export const seldom = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, arbitrary)

const encoded = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  // Half a character cannot be encoded.
  return encodeURIComponent(Buffer.from(text).toString()).slice(0, 3000)
}

const part = ({ schema }: Parameter): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: conforming(schema).map(encoded) },
    { weight: 2, arbitrary: junk.map(encoded) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD) },
  )

const queryOf = (parameters: readonly Parameter[]): fc.Arbitrary<string> => {
  const named = parameters.map((one) =>
    fc
      .oneof({ weight: 8, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: fc.array(part(one), { maxLength: 2 }) })
      .map((values) => values.map((value) => `${one.name}=${value}`)),
  )
  return fc
    .tuple(seldom(fc.constantFrom(...QUERIES)), ...named)
    .map(([odd, ...parts]) => [...(odd === null ? [] : [odd]), ...parts.flat()].join('&'))
}

export const addressOf = (path: string, params: Params): string =>
  path.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? '')

/** `known` are parameters of what there is. */
export const addressesOf = ({ path, operation }: Described, known: readonly Params[]): fc.Arbitrary<string> => {
  const { parameters = [] } = operation
  const inPath = parameters.filter((one) => one.in === 'path').map((one) => [one.name, part(one)] as const)
  const made: fc.Arbitrary<Params> = fc.record(Object.fromEntries(inPath))
  const params = known.length > 0 ? fc.oneof(made, fc.constantFrom(...known)) : made
  const query = queryOf(parameters.filter((one) => one.in === 'query'))
  const turn = seldom(fc.constantFrom(...TURNS))
  return fc.tuple(params, query, turn).map(([chosen, asked, turned]) => {
    const address = addressOf(path, chosen)
    return `${turned ? turned(address) : address}${asked === '' ? '' : `?${asked}`}`
  })
}
