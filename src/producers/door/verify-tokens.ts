/** Checks a token that a sender presents: one of those the source lists must be there, of whichever kind. */
import type { Headers } from '../../shared/sources/source.ts'
import { isOneOf } from './same-secret.ts'
import { Unauthorized } from './unauthorized.ts'
import type { TokenRule } from './webhook-secrets.ts'

export interface Presented {
  headers: Headers
  /** The parameters of the address. */
  query: Readonly<Record<string, unknown>>
}

const behind = (scheme: RegExp, authorization: unknown): string | null =>
  typeof authorization === 'string' ? (scheme.exec(authorization)?.[1] ?? null) : null

/** What stands where the token belongs, or null. */
const presentedAt = ({ kind, name }: TokenRule, { headers, query }: Presented): string | null => {
  if (kind === 'bearer') return behind(/^bearer +(.+)$/i, headers.authorization)
  const value = kind === 'query' ? query[name] : headers[name]
  if (kind !== 'basic') return typeof value === 'string' ? value : null
  const encoded = behind(/^basic +(.+)$/i, value)
  return encoded === null ? null : Buffer.from(encoded, 'base64').toString()
}

const placeOf = ({ kind, name }: TokenRule): string =>
  kind === 'query' ? `the parameter ${name}` : kind === 'header' ? `the header ${name}` : `authorization: ${kind}`

/** Throws Unauthorized. Without rules there is nothing to prove. */
export const verifyTokens = (rules: readonly TokenRule[], presented: Presented): void => {
  if (rules.length === 0) return
  const places = rules.map(placeOf).join(' or ')
  const shown = rules.map((rule) => ({ rule, text: presentedAt(rule, presented) }))
  if (shown.every(({ text }) => text === null))
    throw new Unauthorized('missing', `this source needs a token as ${places}`)
  if (!shown.reduce((found, { rule, text }) => (text !== null && isOneOf(text, rule.digests)) || found, false))
    throw new Unauthorized('mismatch', `the token in ${places} is none of this source`)
}
