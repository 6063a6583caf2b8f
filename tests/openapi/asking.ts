/** Requests to one operation, as its document has them and in every way not. */
import fc from 'fast-check'
import { addressesOf, addressOf, seldom } from './asked-address.ts'
import { bodiesOf } from './asked-bodies.ts'
import { AUTHORIZATIONS, OPERATOR } from './asked-logins.ts'
import type { Described, Operation } from './document.ts'

export interface Asked {
  method: string
  /** As it goes over the wire. */
  url: string
  headers: Record<string, string>
  body: Buffer | null
}

/** What is known to be right: parameters, headers and a body that belong together. */
export interface Example {
  params?: Record<string, string>
  headers?: Record<string, string>
  body?: unknown
}

const OTHER_METHODS = ['HEAD', 'DELETE', 'PATCH', 'TRACE', 'PUT', 'OPTIONS']
const ACCEPTED = ['*/*', 'application/openmetrics-text', 'text/html', ';;', 'application/json']

/** No control characters: no client sends them in a header. */
const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })

const headersOf = ({ parameters = [], security = [] }: Operation): fc.Arbitrary<Record<string, string>> => {
  const named = parameters.filter((one) => one.in === 'header').map(({ name }) => [name, headerText] as const)
  const headers: Record<string, fc.Arbitrary<string>> = {
    accept: fc.constantFrom(...ACCEPTED),
    'x-forwarded-for': headerText,
    'x-large': seldom(fc.constant('a'.repeat(20_000))).map((text) => text ?? ''),
    'content-encoding': seldom(fc.constant('gzip')).map((text) => text ?? 'identity'),
    ...Object.fromEntries(named),
  }
  const others = fc.record(headers, { requiredKeys: [] })
  const login = fc.oneof(
    { weight: security.length > 0 ? 6 : 1, arbitrary: fc.constant(OPERATOR) },
    { weight: 3, arbitrary: fc.constantFrom(...AUTHORIZATIONS) },
    fc.oneof(headerText, fc.constant(null)),
  )
  return fc.tuple(others, login, seldom(fc.constant('the-impossible'))).map(([all, authorization, expect]) => ({
    ...all,
    ...(authorization !== null && { authorization }),
    ...(expect !== null && { expect }),
  }))
}

const asIs =
  ({ method, path }: Described) =>
  ({ params = {}, headers = {}, body }: Example): Asked => ({
    method,
    url: addressOf(path, params),
    headers: { authorization: OPERATOR, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
  })

/** `examples` come as they are, and are what others begin from. */
export const asking = (described: Described, examples: readonly Example[]): fc.Arbitrary<Asked> => {
  const { method, operation } = described
  const address = addressesOf(
    described,
    examples.flatMap(({ params }) => (params ? [params] : [])),
  )
  const body = bodiesOf(
    operation,
    examples.flatMap((one) => ('body' in one ? [one.body] : [])),
  )
  const made = fc.tuple(seldom(fc.constantFrom(...OTHER_METHODS)), address, headersOf(operation), body).map(
    ([other, url, { expect, ...headers }, sent]): Asked => ({
      method: other ?? method,
      url,
      // What is refused before it is read has a body, whatever the method: after HEAD no client expects one.
      headers: {
        ...headers,
        ...sent.headers,
        ...(other === 'HEAD' ? { 'x-large': '' } : expect !== undefined && { expect }),
      },
      body: sent.body,
    }),
  )
  if (examples.length === 0) return made
  return fc.oneof({ weight: 6, arbitrary: made }, fc.constantFrom(...examples.map(asIs(described))))
}
