/** Who is let in, as the environment says it: by tokens, by an identity provider, or, on a laptop, everybody. */
import type { Config } from '../../shared/config.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { followTokens } from './follow-tokens.ts'
import { openIdentityProvider } from './identity-provider.ts'
import type { Authenticate } from './operator-scope.ts'
import { ownerOf } from './operator-tokens.ts'
import { presentedToken } from './presented-token.ts'
import { Refusal } from './refusal.ts'

/** Whoever reaches the API is believed. Only for a process that nobody but its own host reaches: `apiNeeds`. */
export const everybody: Authenticate = async () => ({ name: 'anybody', role: 'operator', means: 'open' })

const NO_TOKENS = { current: () => [], close: () => {} }

/** Of a signed token, and of no other: header, payload and signature. */
const isSigned = (token: string): boolean => token.split('.').length === 3

/** Throws CodedError where the tokens cannot be read. */
export const openOperators = async (
  { OPERATOR_TOKENS_FILE, OIDC_ISSUER, OIDC_AUDIENCE, OIDC_ROLE_CLAIM }: Config,
  metrics: Metrics,
  log: Log,
): Promise<{ authenticate: Authenticate; close(): void }> => {
  if (!OPERATOR_TOKENS_FILE && !OIDC_ISSUER) {
    log.event('operators_open')
    return { authenticate: everybody, close: () => {} }
  }
  const tokens = OPERATOR_TOKENS_FILE ? await followTokens(OPERATOR_TOKENS_FILE, metrics, log) : NO_TOKENS
  const provider =
    OIDC_ISSUER && OIDC_AUDIENCE
      ? openIdentityProvider({ OIDC_ISSUER, OIDC_AUDIENCE, OIDC_ROLE_CLAIM }, metrics, log)
      : null
  return {
    authenticate: async (request) => {
      const token = presentedToken(request)
      const owner = ownerOf(token, tokens.current())
      if (owner) return owner
      if (provider && isSigned(token)) return provider(token)
      throw new Refusal('unknown_token', 'nobody has this token: it was mistyped, or revoked')
    },
    close: tokens.close,
  }
}
