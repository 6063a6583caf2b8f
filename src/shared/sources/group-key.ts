/** Keys under which sources recognise each other's view of one incident. */
import { hash } from 'node:crypto'

/** Alertmanager and Grafana send the groupKey itself to webhooks and its sha256 to PagerDuty as the deduplication key. */
export const groupHashes = (groupKey: string): string[] => (groupKey === '' ? [] : [hash('sha256', groupKey, 'hex')])

/** 64 hex digits suggest a hashed groupKey; any other key of an incident means nothing to the metric sources. */
export const isGroupHash = (key: unknown): key is string => typeof key === 'string' && /^[0-9a-f]{64}$/.test(key)

/** Most specific first, at most four. */
export const correlationKeys = (sourceKey: string, hashes: readonly string[]): string[] =>
  [`native:${sourceKey}`, ...new Set(hashes.map((hash) => `group:${hash}`))].slice(0, 4)
