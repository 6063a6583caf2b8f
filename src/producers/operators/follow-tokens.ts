/** The tokens in force: read at start, again when their file changes; a change that cannot be used is refused loudly. */
import { CodedError } from '../../shared/coded-error.ts'
import { followFile, type InForce } from '../../shared/follow-file.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { unreadableFile } from '../../shared/unreadable-file.ts'
import { type OperatorTokens, parseOperatorTokens } from './operator-tokens.ts'

/** Throws CodedError where the file cannot be used at start. */
export const followTokens = (
  path: string,
  { operatorTokensRefused: refused }: Pick<Metrics, 'operatorTokensRefused'>,
  log: Log,
  everyMs?: number,
): Promise<InForce<OperatorTokens>> =>
  followFile(path, {
    parse: (text) => parseOperatorTokens(path, text),
    unreadable: (why) => new CodedError('operators_invalid', unreadableFile('OPERATOR_TOKENS_FILE', path, why)),
    onLoaded: ({ length: tokens }) => log.event('operators_loaded', { tokens }),
    onRefused: (err) => {
      refused.inc()
      log.event('operators_refused', { err })
    },
    ...(everyMs !== undefined && { everyMs }),
  })
