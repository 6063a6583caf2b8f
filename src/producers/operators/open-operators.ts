/** Who is let in, as the environment says it: by tokens, by an identity provider, or, on a laptop, everybody. */
import type { Config } from '../../shared/config.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { followTokens } from './follow-tokens.ts'
import type { Authenticate } from './operator-scope.ts'
import { ownerOf } from './operator-tokens.ts'
import { presentedToken } from './presented-token.ts'
import { Refusal } from './refusal.ts'

/** Whoever reaches the API is believed. Only for a process that nobody but its own host reaches. */
export const everybody: Authenticate = async () => ({ name: 'anybody', role: 'operator', means: 'open' })

/** Throws CodedError where the tokens cannot be read. */
export const openOperators = async (
  { OPERATOR_TOKENS_FILE: path }: Config,
  log: Log,
): Promise<{ authenticate: Authenticate; close(): void }> => {
  if (!path) {
    log.event('operators_open')
    return { authenticate: everybody, close: () => {} }
  }
  const tokens = await followTokens(path, log)
  return {
    authenticate: async (request) => {
      const owner = ownerOf(presentedToken(request), tokens.current())
      if (owner) return owner
      throw new Refusal('unknown_token', 'nobody has this token: it was mistyped, or revoked')
    },
    close: tokens.close,
  }
}
