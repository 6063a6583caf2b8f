/** Checks a token that an issuer signed for this API, as Entra ID does for Azure Monitor: by whom, for whom, to which application. */
import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { Problem } from '../../shared/problem.ts'
import type { UnauthorizedReason } from '../../shared/telemetry/metrics/incident-metrics.ts'
import { CLOCK_TOLERANCE_S, type JwtFailure, jwtFailureOf } from '../jwt-failure.ts'
import { Unauthorized } from './unauthorized.ts'
import type { Presented } from './verify-tokens.ts'
import type { JwtRule } from './webhook-secrets.ts'

/** That of Entra ID. The keys of an issuer are public, so that it must be one where who checks cannot sign. */
const ALGORITHMS = ['RS256']

const REASONS: Readonly<Record<JwtFailure, UnauthorizedReason>> = {
  malformed: 'malformed',
  algorithm: 'algorithm',
  signature: 'mismatch',
  issuer: 'issuer',
  audience: 'audience',
  expired: 'stale',
  not_yet_valid: 'stale',
}

const refusalOf = (error: unknown): Problem => {
  const failure = jwtFailureOf(error)
  if (failure) return new Unauthorized(REASONS[failure], `the token in authorization: bearer does not hold: ${failure}`)
  return new Problem('issuer_unavailable', 'the issuer of the token does not give its keys: send it again')
}

/** `now` in milliseconds. Throws Unauthorized, or a Problem where the issuer does not give its keys. */
export const verifyJwt = async (
  { issuer, audience, app_id }: JwtRule,
  { headers }: Presented,
  keys: JWTVerifyGetKey,
  now: number,
): Promise<void> => {
  const token = /^bearer +(\S+)$/i.exec(headers.authorization?.toString() ?? '')?.[1]
  if (!token) throw new Unauthorized('missing', 'this source needs a token of its issuer as authorization: bearer')
  const { payload } = await jwtVerify(token, keys, {
    ...{ issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['exp'] },
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: new Date(now),
  }).catch((error) => {
    throw refusalOf(error)
  })
  // The first is the name in version 1 of Entra ID's tokens, the second in version 2.
  if ((payload.appid ?? payload.azp) !== app_id)
    throw new Unauthorized('app', 'the token was given to another application than the app_id of this source')
}
