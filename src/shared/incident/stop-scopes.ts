/** Every scope under which an emergency stop covers a decision. Pure. */
import type { Incident } from '../contracts/incident.ts'

/**
 * Where sources disagree on service or class, either name covers the incident. `action` is what the decision would let
 * pass or refuse, null where it names none: readiness goes on under `action:<name>`, since it lets nothing pass but the
 * way to the dry-run, which is held.
 */
export const stopScopes = (
  { incident_class, seen }: Pick<Incident, 'incident_class' | 'seen'>,
  action: string | null,
): string[] => {
  const scopes = new Set(['global', `class:${incident_class}`])
  for (const name of seen.classes) scopes.add(`class:${name}`)
  for (const name of seen.services) scopes.add(`service:${name}`)
  if (action !== null) scopes.add(`action:${action}`)
  return [...scopes]
}
