/** Which declared freezes cover an incident, which of them are in force, and when none is any more. Pure. */
import type { Incident } from '../../shared/contracts/incident.ts'
import type { Freeze, PolicySet } from '../../shared/contracts/policy.ts'

/** The namespace is left out of the scopes while it is not known: it may be any, so every namespace's freeze applies. */
export const freezesFor = (
  { freezes }: Pick<PolicySet, 'freezes'>,
  { incident_class, event }: Pick<Incident, 'incident_class' | 'event'>,
): Freeze[] =>
  freezes.filter(({ scope }) => {
    const [kind, name] = [scope.split(':')[0], scope.slice(scope.indexOf(':') + 1)]
    if (kind === 'class') return name === incident_class
    if (kind === 'global' || !event) return true
    const own = kind === 'service' ? event.service : event.namespace
    return own === name || own === ''
  })

/** `at` is in ms. */
export const inForce = (freezes: readonly Freeze[], at: number): Freeze[] =>
  freezes.filter(({ from, to }) => Date.parse(from) <= at && at <= Date.parse(to))

/** Behind the freezes in force there may be others that begin before those end. */
export const thawAfter = (freezes: readonly Freeze[], at: number): string => {
  const ends = inForce(freezes, at).map(({ to }) => Date.parse(to))
  return ends.length === 0 ? new Date(at).toISOString() : thawAfter(freezes, Math.max(...ends) + 1)
}
