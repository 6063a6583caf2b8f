/** Whether an alert and an incident are about one fault. Judged by the times of the events, never by the order of arrival. */
import type { Sighting } from '../contracts/alert.ts'
import type { Incident } from '../contracts/incident.ts'
import { groupKeys, targetKeys } from './correlation-index.ts'

/** A page raised this long after a fault began is about something else, however equal the group (repeats: 4 h). */
const PAGE_HORIZON_MS = 24 * 3_600_000

const startOf = (sighting: Sighting) => Date.parse(sighting.starts_at ?? sighting.delivery.received_at)
const endOf = (sighting: Sighting) =>
  sighting.status === 'firing'
    ? Number.POSITIVE_INFINITY
    : Date.parse(sighting.ends_at ?? sighting.delivery.received_at)

/** Active at the same time. A page is raised after the fault began, so its own start says little about the fault's. */
const overlap = (a: Sighting, b: Sighting) => startOf(a) <= endOf(b) && startOf(b) <= endOf(a)

const withinHorizon = (page: Sighting, metric: Sighting) => startOf(page) - startOf(metric) <= PAGE_HORIZON_MS

/** Alerts that name two incidents are two, by their senders' own word. */
const idsAgree = (a: Sighting, b: Sighting) =>
  a.incident_id === null || b.incident_id === null || a.incident_id === b.incident_id

const shareKey = (keysOf: typeof groupKeys, a: Sighting, b: Sighting) =>
  idsAgree(a, b) && keysOf(a).some((key) => b.correlation_keys.includes(key))

/** The page is about this, a measurement: of its group, or its body names the target. */
export const isPageOf = (page: Sighting, metric: Sighting): boolean =>
  metric.kind === 'metric' &&
  (shareKey(groupKeys, page, metric) || shareKey(targetKeys, page, metric)) &&
  overlap(page, metric) &&
  withinHorizon(page, metric)

/** Two sources measured one target in one group at one time. A second alert of one source would be about another target. */
const isSameTarget = (alert: Sighting, metric: Sighting) =>
  metric.identity === alert.identity && shareKey(groupKeys, alert, metric) && overlap(alert, metric)

export const isMeasured = ({ sightings }: Incident): boolean => sightings.some(({ kind }) => kind === 'metric')

/** The sources that tell of one fault, joined by the keys they share. */
export const sameFault = ({ sightings }: Incident, alert: Sighting): boolean => {
  if (alert.kind === 'paging') return sightings.some((known) => isPageOf(alert, known))
  const metrics = sightings.filter(({ kind }) => kind === 'metric')
  if (metrics.length === 0) return sightings.some((page) => isPageOf(page, alert))
  return metrics.every(({ source }) => source !== alert.source) && metrics.some((known) => isSameTarget(alert, known))
}

/** Metric sources that name one target and one start measured one fault, whatever their groups and the id it got. */
export const sameStart = ({ sightings }: Incident, alert: Sighting): boolean =>
  alert.starts_at !== null &&
  sightings.every((known) => idsAgree(known, alert)) &&
  sightings.some(({ identity, starts_at }) => identity === alert.identity && starts_at === alert.starts_at)

/** A sender named the incident itself, and both name the same. */
export const sameName = ({ sightings }: Incident, { incident_id }: Sighting): boolean =>
  incident_id !== null && sightings.some((known) => known.incident_id === incident_id)
