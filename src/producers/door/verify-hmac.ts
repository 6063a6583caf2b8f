/** Checks a signature made with a shared secret, over the bytes as they came. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Headers } from '../../shared/sources/source.ts'
import { Unauthorized } from './unauthorized.ts'
import type { HmacRule } from './webhook-secrets.ts'

/** A sender lists as many as it has secrets; what is sent beyond that is there to cost time. */
const MAX_VALUES = 8

/** How long a signature is tells nothing; all of them are compared, each in a time of its own length. */
const isOneOf = (presented: Buffer, expected: readonly Buffer[]): boolean =>
  expected.reduce((found, one) => (one.length === presented.length && timingSafeEqual(one, presented)) || found, false)

const textOf = (headers: Headers, name: string): string => {
  const value = headers[name]
  if (typeof value !== 'string' || value === '') throw new Unauthorized('missing', `the header ${name} is missing`)
  return value
}

const timestampOf = ({ timestamp }: HmacRule, headers: Headers): string | null => {
  if (!timestamp) return null
  const text = textOf(headers, timestamp.header)
  if (!/^\d{1,12}$/.test(text))
    throw new Unauthorized(
      'malformed',
      `the header ${timestamp.header} must be Unix seconds, as the sender writes them`,
    )
  return text
}

/** `now` in milliseconds. Throws Unauthorized. */
export const verifyHmac = (rule: HmacRule, raw: Buffer, headers: Headers, now: number): void => {
  const { signature, header, keys, timestamp, url } = rule
  const presented = textOf(headers, header)
  const signedAt = timestampOf(rule, headers)
  const values = signature.prefix === '' ? [presented] : presented.split(',', MAX_VALUES).map((value) => value.trim())
  const parts = signature.signs({ raw, timestamp: signedAt, url })
  if (parts === null)
    throw new Unauthorized(
      'malformed',
      'the body is not written as the sender writes it, so that a signature proves nothing',
    )
  const expected = keys.map((key) => {
    const hmac = createHmac(signature.hash, key)
    for (const part of parts) hmac.update(part)
    return Buffer.from(signature.prefix + hmac.digest(signature.encoding))
  })
  if (!values.reduce((found, value) => isOneOf(Buffer.from(value), expected) || found, false))
    throw new Unauthorized(
      'mismatch',
      `the signature in ${header} is not one over this body with a secret of this source`,
    )
  if (timestamp && Math.abs(now - Number(signedAt) * 1000) > timestamp.toleranceMs)
    throw new Unauthorized(
      'stale',
      `the time in ${timestamp.header} is more than ${timestamp.toleranceMs / 1000} s from now: a replay, or a clock that is wrong`,
    )
}
