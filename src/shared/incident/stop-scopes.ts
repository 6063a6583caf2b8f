/** Every scope under which an emergency stop covers a decision. Pure. */
import type { Incident } from '../contracts/incident.ts'

/**
 * Where sources disagree on service or class, either name covers the incident. `action` is what the decision would let
 * pass or refuse, null where it names none: readiness goes on under `action:<name>`, since it lets nothing pass but the
 * way to the dry-run, which is held.
 */
export const stopScopes = (
  { incident_class, sightings }: Pick<Incident, 'incident_class' | 'sightings'>,
  action: string | null,
): string[] => {
  const scopes = new Set(['global', `class:${incident_class}`])
  for (const sighting of sightings) scopes.add(`class:${sighting.incident_class}`).add(`service:${sighting.service}`)
  if (action !== null) scopes.add(`action:${action}`)
  return [...scopes]
}
