/** Whether a delivery comes from who it says: signature and token, on the raw bytes, before anything else is done with it. */
import type { Source } from '../../shared/sources/source.ts'
import type { fetchBytes } from './fetch-bytes.ts'
import type { IssuersKeys } from './open-issuers.ts'
import { CUSTOM } from './secrets-schema.ts'
import type { SigningCertificates } from './sns-certificates.ts'
import { Unauthorized } from './unauthorized.ts'
import { verifyHmac } from './verify-hmac.ts'
import { verifyJwt } from './verify-jwt.ts'
import { verifySns } from './verify-sns.ts'
import { type Presented, verifyTokens } from './verify-tokens.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'

export interface Door {
  secrets(): WebhookSecrets
  certificates: SigningCertificates
  issuers: IssuersKeys
  /** Of addresses of AWS alone. */
  fetch: typeof fetchBytes
  /** False in production: a mapping that comes later must not be open because nobody thought of it. */
  takesUnsigned: boolean
}

/** Under which the secrets file knows a source. */
export const addressOf = ({ name, title }: Source): string => (name === 'custom' ? `${CUSTOM}${title}` : name)

/**
 * `now` in milliseconds. Throws Unauthorized; where a key or certificate may have to be fetched first, it returns a
 * promise that rejects with Unauthorized, or with a Problem where that cannot be had at the moment.
 */
export const verifyDelivery = (
  source: Source,
  raw: Buffer,
  presented: Presented,
  { secrets, certificates, issuers, takesUnsigned }: Door,
  now: number,
): Promise<void> | null => {
  const current = secrets()
  const address = addressOf(source)
  if (current.standingOf(address) === 'unsigned' && !takesUnsigned)
    throw new Unauthorized('no_secret', `${address} has no secret yet: give it one in the secrets file`)
  const rules = current.rulesOf(address)
  if (!rules) return null
  const { tokens, hmac, jwt, topics } = rules
  verifyTokens(tokens, presented)
  if (hmac) verifyHmac(hmac, raw, presented.headers, now)
  const verifyByKeysOfOthers = async () => {
    if (jwt) await verifyJwt(jwt, presented, issuers(jwt.issuer), now)
    if (topics) await verifySns(topics, raw, certificates, now)
  }
  return jwt || topics ? verifyByKeysOfOthers() : null
}
