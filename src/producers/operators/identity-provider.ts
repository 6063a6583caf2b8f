/** Logins of an OpenID Connect provider: whose a signed token is, and the highest role that its claim holds. */
import { type JWTPayload, jwtVerify } from 'jose'
import type { Config } from '../../shared/config.ts'
import { type Operator, OperatorName, Role } from '../../shared/contracts/operator.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { issuerKeys } from '../issuer-keys.ts'
import { CLOCK_TOLERANCE_S, jwtFailureOf } from '../jwt-failure.ts'
import { Refusal } from './refusal.ts'

/** Only those where who checks a signature cannot make one: keys of an issuer are public. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA']

const refusalOf = (error: unknown): Refusal => {
  const reason = jwtFailureOf(error)
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
  const keys = issuerKeys(issuer, 'identity_provider', metrics, log)
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
