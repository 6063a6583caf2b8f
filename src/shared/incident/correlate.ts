/**
 * Correlation: which incident an arriving alert belongs to. Pure; judged by the times of the events, never by the order
 * of arrival, so replicas that see the same deliveries in another order come to the same incidents.
 */
import type { Sighting } from '../contracts/alert.ts'
import type { Incident } from '../contracts/incident.ts'
import { inOrder } from './merge.ts'
import { isOver, isSame, renewed } from './occurrence.ts'
import { isMeasured, isPageOf, sameFault, sameName, sameStart } from './same-fault.ts'

export type Step =
  /** No known incident: a new one, with the pages already known for its group. Born closed when one of them is over. */
  | { step: 'create'; incident_id: string; sightings: Sighting[] }
  /** Another source, or another state of a known one, for an incident that exists; or a source says that it is over. */
  | { step: 'attach' | 'close'; incident: Incident; sightings: Sighting[]; absorbs: Incident[] }
  | { step: 'repeat'; incident: Incident }

/** Incidents that a `resolved` still changes: in flight, or waiting for a person. */
const OPEN = new Set<Incident['status']>(['normalize', 'readiness', 'dry-run', 'awaiting_review', 'semi_manual'])
const isOpen = ({ status }: Incident) => OPEN.has(status)

/** Pages alone can become part of a measured incident; whatever somebody may act on by now stays as it is. */
const isAbsorbable = (incident: Incident) =>
  !isMeasured(incident) && (isOpen(incident) || (incident.status === 'closed' && !incident.verdict?.attached_to))

/** It was said to fire before it was said to be over: told late, it begins nothing. */
const endedAfter = (known: Sighting, { as_of }: Sighting): boolean =>
  known.status === 'resolved' && as_of !== undefined && known.ends_at !== null && known.ends_at >= as_of

/**
 * Incidents this very occurrence is known in. A source without start times names a rule, not an occurrence: its firing
 * belongs to the episode still open, or to one that ended since, and without either begins the next.
 */
const knownIn = (incidents: readonly Incident[], alert: Sighting): Incident[] => {
  const known = incidents.filter(({ sightings }) => sightings.some((one) => isSame(one, alert)))
  if (alert.starts_at !== null) return known
  const open = known.filter(({ sightings }) => sightings.some((one) => isSame(one, alert) && one.status === 'firing'))
  if (open.length > 0) return open
  return alert.status === 'resolved'
    ? known
    : known.filter(({ sightings }) => sightings.some((one) => isSame(one, alert) && endedAfter(one, alert)))
}

/** One that is part of another stands back behind it. */
const standing = (incidents: readonly Incident[]): readonly Incident[] => {
  const whole = incidents.filter(({ verdict }) => !verdict?.attached_to)
  return whole.length > 0 ? whole : incidents
}

/** The alert in the light of what is known of it elsewhere: what ended does not begin again by being told late. */
const inLight = (alert: Sighting, known: readonly Incident[]): Sighting =>
  alert.starts_at === null
    ? alert
    : known.flatMap(({ sightings }) => sightings.filter((one) => isSame(one, alert))).reduce(renewed, alert)

/** Adds each page once, in its latest state, whatever name it goes by. */
const together = (pages: readonly Sighting[]): Sighting[] => {
  const each: Sighting[] = []
  for (const page of pages) {
    const at = each.findIndex((one) => isSame(one, page))
    const known = each[at]
    if (known) each[at] = renewed(known, page)
    else each.push(page)
  }
  return each
}

/** Pages of the alert's group: they go with it wherever it goes. */
const pagesFor = (alert: Sighting, incidents: readonly Incident[]): Sighting[] =>
  together(incidents.flatMap(({ sightings }) => sightings.filter(({ kind }) => kind === 'paging'))).filter((page) =>
    isPageOf(page, alert),
  )

const stepFor = (incident: Incident, alert: Sighting, pages: readonly Sighting[], absorbs: Incident[]): Step => {
  const { sightings } = incident
  const known =
    sightings.find(({ source_key }) => source_key === alert.source_key) ?? sightings.find((one) => isSame(one, alert))
  const seen = known ? renewed(known, alert) : alert
  if (seen === known && absorbs.length === 0) return { step: 'repeat', incident }
  const others = sightings.filter((other) => other !== known)
  const brought = together([...pages, ...absorbs.flatMap((absorbed) => absorbed.sightings)])
  const added = brought.filter((page) => [seen, ...others].every((other) => !isSame(other, page)))
  const now = [...inOrder([...others, seen, ...added])]
  return { step: isOver(now) && isOpen(incident) ? 'close' : 'attach', incident, sightings: now, absorbs }
}

/**
 * `incidentId` is the alert's own id (`identify`); `incidents` are all that share it or one of its correlation keys.
 * Returns one step per incident concerned: a page may be about several incidents of its group, a new alert makes one.
 * An incident of pages alone that turns out to be about a measured one becomes part of it.
 */
export const correlate = (alert: Sighting, incidentId: string, incidents: readonly Incident[]): Step[] => {
  const ordered = [...incidents].sort((a, b) => (a.incident_id < b.incident_id ? -1 : 1))
  const known = knownIn(ordered, alert)
  const told = inLight(alert, known)
  const named = (incident: Incident) =>
    incident.incident_id === incidentId || sameName(incident, told) || sameStart(incident, told)
  const own = standing(known.length > 0 ? known : ordered.filter(named))
  const found = ordered.filter(
    (incident) => own.includes(incident) || (!incident.verdict?.attached_to && sameFault(incident, told)),
  )

  // A measurement is in one incident, the one that has it if there is one; a page is in all that it is about.
  const first = own.find(isMeasured) ?? found.find(isMeasured) ?? found.find(isOpen) ?? found[0]
  if (first === undefined)
    return [{ step: 'create', incident_id: incidentId, sightings: [told, ...pagesFor(told, ordered)] }]
  const absorbed = found.filter((incident) => incident !== first && isAbsorbable(incident))
  if (told.kind === 'metric') return [stepFor(first, told, pagesFor(told, ordered), absorbed)]
  const concerned = found.filter((incident) => !absorbed.includes(incident))
  return concerned.map((incident) => stepFor(incident, told, [], incident === first ? absorbed : []))
}
