/** Incident ids: taken from the payload where it names one, else derived, the same in processes that never talk. */
import { hash } from 'node:crypto'
import type { Alert } from '../contracts/alert.ts'

/** Initials of the first two words of a class (`high_memory_usage` -> `HM`), for classes whose policy names no prefix. */
export const defaultPrefix = (incidentClass: string): string => {
  const words = incidentClass.toUpperCase().match(/[A-Z]+/g) ?? []
  const initials = words.slice(0, 2).map((word) => word.slice(0, 1))
  return initials.length === 2 ? initials.join('') : `${words[0] ?? 'IN'}X`.slice(0, 2)
}

/**
 * `<PREFIX>-<YYYY-MM-DD>-<12 hex>`: the date is the start date in UTC, the hash covers identity and start time. A
 * re-fire after a resolve has a new start and so a new id. Where the source sends no start, the time of what it says
 * stands in, and without that `receivedAt`.
 */
export const identify = (
  alert: Pick<Alert, 'incident_id' | 'identity' | 'starts_at' | 'as_of'>,
  prefix: string,
  receivedAt: string,
): string => {
  if (alert.incident_id !== null) return alert.incident_id
  const startsAt = alert.starts_at ?? alert.as_of ?? receivedAt
  const suffix = hash('sha256', `${alert.identity}\n${startsAt}`, 'hex').slice(0, 12)
  return `${prefix}-${startsAt.slice(0, 10)}-${suffix}`
}
