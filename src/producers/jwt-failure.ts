/** Why a signed token does not hold, by jose's code, and by the claim where that is what is wrong. */
import { errors } from 'jose'

export type JwtFailure = 'malformed' | 'algorithm' | 'signature' | 'issuer' | 'audience' | 'expired' | 'not_yet_valid'

const FAILURES: Readonly<Record<string, JwtFailure>> = {
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
const CLAIMS: Readonly<Record<string, JwtFailure>> = { iss: 'issuer', aud: 'audience', nbf: 'not_yet_valid' }

/** Clocks of two hosts that both keep time, in seconds. */
export const CLOCK_TOLERANCE_S = 30

/** Null where it was not judged at all: its issuer gave no keys. */
export const jwtFailureOf = (error: unknown): JwtFailure | null => {
  const claim = error instanceof errors.JWTClaimValidationFailed ? CLAIMS[error.claim] : undefined
  return claim ?? (error instanceof errors.JOSEError ? FAILURES[error.code] : undefined) ?? null
}
