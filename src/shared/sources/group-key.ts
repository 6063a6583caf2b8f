/** Keys under which sources recognise each other's view of one incident. */
import { hash } from 'node:crypto'

/** Alertmanager and Grafana send the groupKey itself to webhooks and its sha256 to PagerDuty as the deduplication key. */
export const groupHashes = (groupKey: string): string[] => (groupKey === '' ? [] : [hash('sha256', groupKey, 'hex')])

/** 64 hex digits suggest a hashed groupKey; any other key of an incident means nothing to the metric sources. */
export const isGroupHash = (key: unknown): key is string => typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)

/** A page can be about several groups and many targets; the first of each are enough to find the incident by. */
const MOST = { groups: 8, targets: 12 }

/** Most specific first. `identities` are those of the targets that were measured. */
export const correlationKeys = (
  sourceKey: string,
  hashes: readonly string[],
  identities: readonly string[],
): string[] => [
  `native:${sourceKey}`,
  ...[...new Set(hashes)].slice(0, MOST.groups).map((group) => `group:${group}`),
  ...[...new Set(identities)].slice(0, MOST.targets).map((identity) => `target:${hash('sha256', identity, 'hex')}`),
]
