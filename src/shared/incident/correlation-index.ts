/** The keys through which an alert finds what it may belong to, and through which others find it. Pure; used to accept. */
import type { Alert } from '../contracts/alert.ts'

export interface CorrelationIndex {
  /** Where the alert looks. A change under one of these after it looked may change what it belongs to. */
  look: string[]
  /** Where its incident is listed. */
  list: string[]
}

export const nativeKeys = ({ correlation_keys }: Alert): string[] =>
  correlation_keys.filter((key) => key.startsWith('native:'))

export const groupKeys = ({ correlation_keys }: Alert): string[] =>
  correlation_keys.filter((key) => key.startsWith('group:'))

/**
 * A page is about a whole group and looks at all its incidents. A measurement is about one target and looks at that and
 * at the pages of its group alone: a thousand pods that fail at once do not wait for one another.
 */
export const correlationIndex = (alert: Alert): CorrelationIndex => {
  const native = nativeKeys(alert)
  const groups = groupKeys(alert)
  const pages = groups.map((group) => `pages:${group}`)
  if (alert.kind === 'paging') return { look: [...native, ...groups], list: [...native, ...groups, ...pages] }
  const target = `target:${alert.identity}`
  return { look: [...native, target, ...pages], list: [...native, target, ...groups] }
}
