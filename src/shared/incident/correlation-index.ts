/** The keys through which an alert finds what it may belong to, and through which others find it. Pure; used to accept. */
import type { Alert } from '../contracts/alert.ts'

export interface CorrelationIndex {
  /** Where the alert looks. A change under one of these after it looked may change what it belongs to. */
  look: string[]
  /** Where its incident is listed. */
  list: string[]
}

const keysOf =
  (kind: 'native' | 'group' | 'target') =>
  ({ correlation_keys }: Alert): string[] =>
    correlation_keys.filter((key) => key.startsWith(`${kind}:`))

export const nativeKeys = keysOf('native')
export const groupKeys = keysOf('group')
export const targetKeys = keysOf('target')

/**
 * A page is about a whole group and looks at all its incidents. A measurement is about one target and looks at that and
 * at the pages of its group alone: a thousand pods that fail at once do not wait for one another.
 */
export const correlationIndex = (alert: Alert): CorrelationIndex => {
  const groups = groupKeys(alert)
  const pages = groups.map((group) => `pages:${group}`)
  const own = [...nativeKeys(alert), ...targetKeys(alert), ...(alert.incident_id ? [`id:${alert.incident_id}`] : [])]
  return alert.kind === 'paging'
    ? { look: [...own, ...groups], list: [...own, ...groups, ...pages] }
    : { look: [...own, ...pages], list: [...own, ...groups] }
}
