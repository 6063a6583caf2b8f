/** Which sources would take a delivery from anybody, and the refusal to start with one that is not open on purpose. */
import { CodedError } from '../../shared/coded-error.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { SOURCES } from '../../shared/sources/index.ts'
import { CUSTOM } from './secrets-schema.ts'
import type { Standing, WebhookSecrets } from './webhook-secrets.ts'

/** Source names, then mappings as `custom:<name>`. */
export const sourcesStanding = (
  secrets: WebhookSecrets,
  { sources }: Pick<PolicySet, 'sources'>,
  ...standings: readonly Standing[]
): string[] =>
  [...SOURCES.map(({ name }) => name), ...[...sources.keys()].map((name) => `${CUSTOM}${name}`)].filter((address) =>
    standings.includes(secrets.standingOf(address)),
  )

/** Throws a CodedError that names every source of which the secrets say nothing. */
export const refuseUnsigned = (secrets: WebhookSecrets, policies: Pick<PolicySet, 'sources'>): void => {
  const missing = sourcesStanding(secrets, policies, 'unsigned')
  const lineOf = (address: string) =>
    secrets.rulesOf(address) ? `  - ${address} (its addresses alone prove nothing)` : `  - ${address}`
  if (missing.length > 0)
    throw new CodedError(
      'sources_unsigned',
      [
        `with NODE_ENV=production no source is open by accident, and ${missing.length} have no proof of who sends:`,
        ...missing.map(lineOf),
        'in the file that WEBHOOK_SECRETS_FILE names, give each of them a secret under "sources", or list it under "open"',
        '(anybody may deliver) or "closed" (nobody may); "closed: others" closes all that are not named',
      ].join('\n'),
    )
}
