/** The webhook secrets in force: read at start, replaced when the file changes, kept when a change is invalid. */
import { CodedError } from '../../shared/coded-error.ts'
import type { Config } from '../../shared/config.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { followFile, type InForce } from '../../shared/follow-file.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { unreadableFile } from '../../shared/unreadable-file.ts'
import { isMockIssuer } from '../api-needs.ts'
import { refuseUnsigned, sourcesStanding } from './unsigned-sources.ts'
import { NO_SECRETS, parseSecrets, SecretsError, type WebhookSecrets } from './webhook-secrets.ts'

/** Throws `secrets_invalid` or, in production, `sources_unsigned`, when the file cannot be used at start. */
export const secretsInForce = async (
  { WEBHOOK_SECRETS_FILE: file, NODE_ENV }: Pick<Config, 'WEBHOOK_SECRETS_FILE' | 'NODE_ENV'>,
  policies: () => PolicySet,
  log: Log,
  everyMs?: number,
): Promise<InForce<WebhookSecrets>> => {
  const check = (secrets: WebhookSecrets): WebhookSecrets => {
    if (NODE_ENV !== 'production') return secrets
    refuseUnsigned(secrets, policies())
    const mocks = [...secrets.issuers].filter(([, issuer]) => isMockIssuer(issuer))
    if (mocks.length > 0)
      throw new SecretsError(
        file ?? '',
        mocks.map(
          ([address]) =>
            `sources.${address}.jwt.issuer: with NODE_ENV=production it must be https:// and another host than this one`,
        ),
      )
    return secrets
  }
  const warn = (secrets: WebhookSecrets) => {
    const unsigned = sourcesStanding(secrets, policies(), 'open', 'unsigned')
    if (unsigned.length > 0) log.event('unsigned_sources', { sources: unsigned })
  }
  if (!file) {
    warn(check(NO_SECRETS))
    return { current: () => NO_SECRETS, close: () => {} }
  }
  return followFile(file, {
    parse: (text) => check(parseSecrets(text, file)),
    unreadable: (why) => new CodedError('secrets_invalid', unreadableFile('WEBHOOK_SECRETS_FILE', file, why)),
    onLoaded: (secrets) => {
      log.event('secrets_loaded', { sources: sourcesStanding(secrets, policies(), 'secured') })
      warn(secrets)
    },
    onRefused: (err) => log.event('secrets_refused', { err }),
    ...(everyMs !== undefined && { everyMs }),
  })
}
