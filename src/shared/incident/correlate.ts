/**
 * Correlation: which incident an arriving alert belongs to. Pure; judged by the times of the events, never by the order
 * of arrival, so replicas that see the same deliveries in another order come to the same incidents.
 */
import type { Sighting } from '../contracts/alert.ts'
import type { Incident } from '../contracts/incident.ts'
import { groupKeys } from './correlation-index.ts'
import { inOrder } from './merge.ts'

export type Step =
  /** No known incident: a new one, with the pages already known for its group. Born closed when one of them is over. */
  | { step: 'create'; incident_id: string; sightings: Sighting[] }
  /** Another source, or another state of a known one, for an incident that exists. */
  | { step: 'attach'; incident: Incident; sightings: Sighting[] }
  /** A source says it is over, and the incident still waits for something. */
  | { step: 'close'; incident: Incident; sightings: Sighting[] }
  | { step: 'repeat'; incident: Incident }

/** A page raised this long after a fault began is about something else, however equal the group (repeats: 4 h). */
const PAGE_HORIZON_MS = 24 * 3_600_000

/** Incidents that a `resolved` still changes: in flight, or waiting for a person. */
const OPEN = new Set<Incident['status']>(['normalize', 'readiness', 'dry-run', 'awaiting_review', 'semi_manual'])

/** One source that says so is enough: nothing resolved is ever dry-run. */
export const isOver = (sightings: readonly Sighting[]): boolean => sightings.some(({ status }) => status === 'resolved')

const startOf = (sighting: Sighting) => Date.parse(sighting.starts_at ?? sighting.delivery.received_at)
const endOf = (sighting: Sighting) =>
  sighting.status === 'firing'
    ? Number.POSITIVE_INFINITY
    : Date.parse(sighting.ends_at ?? sighting.delivery.received_at)

/** Active at the same time. A page is raised after the fault began, so its own start says little about the fault's. */
const overlap = (a: Sighting, b: Sighting) => startOf(a) <= endOf(b) && startOf(b) <= endOf(a)

const withinHorizon = (page: Sighting, metric: Sighting) => startOf(page) - startOf(metric) <= PAGE_HORIZON_MS

/** Alerts of one group that name two incidents are two, by their senders' own word. */
const idsAgree = (a: Sighting, b: Sighting) =>
  a.incident_id === null || b.incident_id === null || a.incident_id === b.incident_id
const shareGroup = (a: Sighting, b: Sighting) =>
  idsAgree(a, b) && groupKeys(a).some((group) => b.correlation_keys.includes(group))

/** One occurrence a source: a second alert of the same source in an incident would be about another target. */
const slotFree = (incident: Incident, alert: Sighting) =>
  incident.sightings.every(({ source, source_key }) => source !== alert.source || source_key === alert.source_key)

/**
 * Incidents this very occurrence is known in. A source without start times names a rule, not an occurrence: its firing
 * belongs to the episode still open, and without one begins the next.
 */
const sameOccurrence = (incidents: readonly Incident[], alert: Sighting): Incident[] => {
  const known = incidents.filter(({ sightings }) => sightings.some(({ source_key }) => source_key === alert.source_key))
  if (alert.starts_at !== null) return known
  const open = known.filter(({ sightings }) =>
    sightings.some(({ source_key, status }) => source_key === alert.source_key && status === 'firing'),
  )
  return open.length > 0 || alert.status === 'firing' ? open : known
}

/** Metric sources that name one target and one start measured one fault, whatever their groups and the id it got. */
const sameStart = ({ sightings }: Incident, alert: Sighting): boolean =>
  alert.starts_at !== null &&
  sightings.every((known) => idsAgree(known, alert)) &&
  sightings.some(({ identity, starts_at }) => identity === alert.identity && starts_at === alert.starts_at)

/** The page and the measurement of one fault, joined by the group's key. */
const sameFault = (incident: Incident, alert: Sighting): boolean => {
  if (!slotFree(incident, alert)) return false
  const peers = incident.sightings.filter((known) => shareGroup(known, alert) && overlap(known, alert))
  if (alert.kind === 'paging') return peers.some((known) => known.kind === 'metric' && withinHorizon(alert, known))
  const metrics = incident.sightings.filter(({ kind }) => kind === 'metric')
  if (metrics.length > 0) return metrics.some((known) => known.identity === alert.identity && peers.includes(known))
  return peers.some((known) => withinHorizon(known, alert))
}

/** Pages of the alert's group: they go with it wherever it goes, each once. */
const pagesFor = (alert: Sighting, incidents: readonly Incident[]): Sighting[] => {
  const pages = new Map<string, Sighting>()
  if (alert.kind === 'metric')
    for (const { sightings } of incidents)
      for (const known of sightings)
        if (known.kind === 'paging' && shareGroup(known, alert) && overlap(known, alert) && withinHorizon(known, alert))
          pages.set(known.source_key, known)
  return [...pages.values()]
}

const stepFor = (incident: Incident, alert: Sighting, pages: readonly Sighting[]): Step => {
  const known = incident.sightings.find(({ source_key }) => source_key === alert.source_key)
  if (known && (known.status === alert.status || known.status === 'resolved')) return { step: 'repeat', incident }
  // What a source measured while it fired stays; a later state of it only says that it is over, and since when.
  const seen = known ? { ...known, status: alert.status, ends_at: alert.ends_at ?? alert.delivery.received_at } : alert
  const others = incident.sightings.filter((other) => other !== known)
  const added = pages.filter(({ source_key }) => others.every((other) => other.source_key !== source_key))
  const sightings = [...inOrder([...others, seen, ...added])]
  return { step: isOver(sightings) && OPEN.has(incident.status) ? 'close' : 'attach', incident, sightings }
}

/**
 * `incidentId` is the alert's own id (`identify`); `incidents` are all that share it or one of its correlation keys.
 * Returns one step per incident concerned: a page may be about several incidents of its group, a new alert makes one.
 */
export const correlate = (alert: Sighting, incidentId: string, incidents: readonly Incident[]): Step[] => {
  const ordered = [...incidents].sort((a, b) => (a.incident_id < b.incident_id ? -1 : 1))
  const known = sameOccurrence(ordered, alert)
  const own =
    known.length > 0
      ? known
      : ordered.filter((incident) => incident.incident_id === incidentId || sameStart(incident, alert))
  // A page that is in some incidents of its group already may have been cut off before it was in all of them.
  const joined =
    own.length > 0 && alert.kind === 'metric'
      ? own
      : ordered.filter((incident) => own.includes(incident) || sameFault(incident, alert))
  const pages = pagesFor(alert, ordered)
  const [first] = joined
  if (first === undefined) return [{ step: 'create', incident_id: incidentId, sightings: [alert, ...pages] }]
  return (alert.kind === 'paging' ? joined : [first]).map((incident) => stepFor(incident, alert, pages))
}
