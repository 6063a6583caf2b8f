/** Who asks: operators by their tokens, sources by theirs, and everybody until the guards are up. */
import { NO_SECRETS, parseSecrets } from '../../src/producers/door/webhook-secrets.ts'
import { everybody } from '../../src/producers/operators/open-operators.ts'
import type { Authenticate } from '../../src/producers/operators/operator-scope.ts'
import { hashOf, ownerOf, parseOperatorTokens } from '../../src/producers/operators/operator-tokens.ts'
import { presentedToken } from '../../src/producers/operators/presented-token.ts'
import { Refusal } from '../../src/producers/operators/refusal.ts'
import { OPEN_DOOR } from '../support/api.ts'

const ROLES = ['viewer', 'reviewer', 'operator'] as const
const tokenOf = (role: string): string => `token-of-${role}`.padEnd(43, '0')

const TOKENS = parseOperatorTokens(
  'tokens',
  ROLES.map((role) => `- { name: the ${role}, role: ${role}, sha256: ${hashOf(tokenOf(role))} }`).join('\n'),
)

const SECRET = 'the secret of Alertmanager'
/** One source that must prove itself, and one that takes nothing. */
const SECRETS = parseSecrets(`sources: { alertmanager: { bearer: ['${SECRET}'] } }\nclosed: [uptime_kuma]`, 'secrets')

/** As an identity provider has it of people who have nothing to do with Interlock. */
const ROLELESS = 'header.payload.signature'

const bearer = (token: string): string => `Bearer ${token}`
export const OPERATOR = bearer(tokenOf('operator'))

/** What may stand in an `authorization` header, by how near it is to right. */
export const AUTHORIZATIONS: readonly string[] = [
  ...ROLES.map((role) => bearer(tokenOf(role))),
  bearer(SECRET),
  `Basic ${Buffer.from(`me:${tokenOf('viewer')}`).toString('base64')}`,
  ...['Bearer', 'Basic', 'Basic ====', bearer('nobody'), bearer(ROLELESS), 'Digest x', ''],
]

export const openGuards = () => {
  let up = false
  const authenticate: Authenticate = async (request) => {
    if (!up) return everybody(request)
    const token = presentedToken(request)
    if (token === ROLELESS) throw new Refusal('role', 'the identity provider gives this login no role')
    const owner = ownerOf(token, TOKENS)
    if (owner === null) throw new Refusal('unknown_token', 'nobody has this token')
    return owner
  }
  return {
    authenticate,
    door: { ...OPEN_DOOR, secrets: () => (up ? SECRETS : NO_SECRETS) },
    raise: () => {
      up = true
    },
  }
}
