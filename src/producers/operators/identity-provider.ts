/** Logins of an OpenID Connect provider: whose a signed token is, and the highest role that its claim holds. */
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Config } from '../../shared/config.ts'
import { type AuthFailure, type Operator, OperatorName, Role } from '../../shared/contracts/operator.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { issuerKeys } from './issuer-keys.ts'
import { Refusal } from './refusal.ts'

/** Only those where who checks a signature cannot make one: keys of an issuer are public. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']

/** Clocks of two hosts that both keep time. */
const CLOCK_TOLERANCE_S = 30

/** What is wrong, by jose's code, and by the claim where that is what is wrong. */
const REASONS: Readonly<Record<string, AuthFailure>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm',
  ERR_JOSE_NOT_SUPPORTED: 'malformed',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWT_INVALID: 'malformed',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'malformed',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature',
  ERR_JWKS_NO_MATCHING_KEY: 'signature',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'signature',
  ERR_JWT_EXPIRED: 'expired',
}
const CLAIMS: Readonly<Record<string, AuthFailure>> = { iss: 'issuer', aud: 'audience', nbf: 'not_yet_valid' }

const refusalOf = (error: unknown): Refusal => {
  const claim = error instanceof errors.JWTClaimValidationFailed ? CLAIMS[error.claim] : undefined
  const reason = claim ?? (error instanceof errors.JOSEError ? REASONS[error.code] : undefined)
  if (reason) return new Refusal(reason, `the token of the identity provider does not hold: ${reason}`)
  return new Refusal(
    'keys_unavailable',
    'the identity provider does not give its keys, so no token of it can be checked',
  )
}

const highestRole = (payload: JWTPayload, claim: string): Role | undefined => {
  const held = payload[claim]
  const names: unknown[] = typeof held === 'string' ? held.split(' ') : Array.isArray(held) ? held : []
  return Role.options.findLast((role) => names.includes(`interlock:${role}`))
}

type Settings = Pick<Config, 'OIDC_ROLE_CLAIM'> & { OIDC_ISSUER: string; OIDC_AUDIENCE: string }

/** Says who a token is of; rejects with a Refusal. */
export const openIdentityProvider = (
  { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_ROLE_CLAIM: claim }: Settings,
  metrics: Metrics,
  log: Log,
): ((token: string) => Promise<Operator>) => {
  const keys = issuerKeys(issuer, metrics, log)
  const rules = {
    ...{ issuer, audience, algorithms: ALGORITHMS },
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'sub'],
  }
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, rules).catch((error) => {
      throw refusalOf(error)
    })
    const name = OperatorName.safeParse(payload.sub)
    if (!name.success) throw new Refusal('malformed', 'the token of the identity provider has no usable "sub"')
    const role = highestRole(payload, claim)
    if (role) return { name: name.data, role, means: 'oidc' }
    throw new Refusal(
      'role',
      `${name.data} has no role: "${claim}" of the token holds none of interlock:viewer, interlock:reviewer, interlock:operator`,
    )
  }
}
