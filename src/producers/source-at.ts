/** Which source an address of the API is for: one of the registry, or a mapping of the policy folder. */
import type { PolicySet } from '../shared/contracts/policy.ts'
import { Problem } from '../shared/problem.ts'
import { customSource } from '../shared/sources/custom.ts'
import { findSource, SOURCES } from '../shared/sources/index.ts'
import type { Source } from '../shared/sources/source.ts'
import { CUSTOM } from './door/secrets-schema.ts'

/** `address` is what follows `/webhooks/`; `splunk-oncall` is `splunk_oncall`. Throws a Problem for an unknown one. */
export const sourceAt = (address: string, { sources }: Pick<PolicySet, 'sources'>): Source => {
  const name = address.startsWith(CUSTOM) ? address.slice(CUSTOM.length) : ''
  const mapping = sources.get(name)
  const source = mapping ? customSource(name, mapping) : findSource(address.replaceAll('-', '_'))
  if (source) return source
  const known = [...SOURCES.map((one) => one.name), ...[...sources.keys()].map((mapped) => `${CUSTOM}${mapped}`)]
  throw new Problem('source_unknown', `there is no source '${address}': use one of ${known.join(', ')}`)
}
