/** Makes one incident_event of what several sources saw, the same whatever order they arrived in. */
import { type Alert, SourceName } from '../contracts/alert.ts'
import type { Seen } from '../contracts/incident.ts'
import type { Conflict, Normalized } from '../contracts/normalized.ts'
import type { Severity } from '../contracts/severity.ts'

/** The parts of the normalized incident that are in the alerts themselves. */
export type Merged = Omit<Normalized, 'sources'>

const KINDS: readonly Alert['kind'][] = ['metric', 'paging']

/** Two states of one occurrence: something has to tell them apart, and it must not be their order of arrival. */
const textOf = (alert: Alert): string => `${alert.source_key}\n${JSON.stringify(alert)}`

/** Metric sources first, then as the sources are listed, then by the source's own key. */
const compare = (a: Alert, b: Alert): number =>
  KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
  SourceName.options.indexOf(a.source) - SourceName.options.indexOf(b.source) ||
  (textOf(a) < textOf(b) ? -1 : 1)

/** The stable order of an incident's sources: never that of their arrival. */
export const inOrder = <Seen extends Alert>(alerts: readonly Seen[]): readonly Seen[] =>
  alerts.length === 1 ? alerts : [...alerts].sort(compare)

const IDENTITY = ['service', 'namespace', 'pod'] as const

/** Each differing value once, with the first source that named it. An empty value is not known, so it agrees with any. */
const conflictOver = (field: Conflict['field'], alerts: readonly Alert[]): Conflict[] => {
  const named = alerts.filter((alert) => alert[field] !== '')
  const values = [...new Set(named.map((alert) => alert[field]))].flatMap((value) => {
    const first = named.find((alert) => alert[field] === value)
    return first ? [{ source: first.source, value }] : []
  })
  return values.length > 1 ? [{ field, values }] : []
}

/** What a source stated outranks whatever had to be assumed; the scale counts down, so its first is the highest. */
const highestSeverity = (alerts: readonly Alert[]): Severity => {
  const stated = alerts.filter((alert) => !alert.severity_inferred)
  const [highest = 'P3'] = (stated.length > 0 ? stated : alerts).map((alert) => alert.severity).sort()
  return highest
}

/** Identity fields for which the sources name different values; a source alone agrees with itself. */
export const conflictsOf = (alerts: readonly Alert[]): Conflict[] => {
  if (alerts.length === 1) return []
  const ordered = inOrder(alerts)
  return IDENTITY.flatMap((field) => conflictOver(field, ordered))
}

/** The distinct sources that reported, metric source first. */
export const distinctSources = (alerts: readonly Alert[]): SourceName[] => [
  ...new Set(inOrder(alerts).map((alert) => alert.source)),
]

const distinct = (values: readonly string[]): string[] => [...new Set(values)]

export const sumUp = (alerts: readonly Alert[]): Seen => ({
  sources: distinctSources(alerts),
  conflicts: conflictsOf(alerts),
  services: distinct(alerts.map(({ service }) => service)),
  classes: distinct(alerts.map(({ incident_class }) => incident_class)),
})

/** `alerts` holds at least one. */
export const merge = (incidentId: string, alerts: readonly Alert[]): Merged => {
  const ordered = inOrder(alerts)
  const first = (field: Conflict['field']) => ordered.find((alert) => alert[field] !== '')?.[field] ?? ''
  return {
    event: {
      incident_id: incidentId,
      service: first('service'),
      namespace: first('namespace'),
      pod: first('pod'),
      severity: highestSeverity(ordered),
      window_minutes: ordered.find((alert) => alert.window_minutes > 0)?.window_minutes ?? 0,
      metric_context: ordered.find((alert) => Object.keys(alert.metric_context).length > 0)?.metric_context ?? {},
      source_refs: [...new Set(ordered.map((alert) => alert.source_ref).filter((ref) => ref !== ''))],
    },
    incident_class: ordered[0]?.incident_class ?? '',
    severities: ordered.map(({ source, severity, severity_inferred }) => ({
      source,
      severity,
      inferred: severity_inferred,
    })),
    conflicts: conflictsOf(ordered),
  }
}
