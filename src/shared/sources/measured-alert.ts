/** An alert of a source that measures in a format of its own: what its adapter picked out, made what the contract asks. */
import type { Alert, SourceName } from '../contracts/alert.ts'
import { correlationKeys } from './group-key.ts'
import { classOfRule, MONITORING_GAP } from './incident-class.ts'
import { explicitId, targetIdentity } from './labels.ts'
import { alertReading, ignored, rejected } from './reading.ts'
import { type Claim, isNoIncident, UNKNOWN_SEVERITY } from './severity.ts'
import type { Reading } from './source.ts'
import type { Tags } from './tags.ts'

export interface Measured {
  source: SourceName
  /** The source's own id: of the occurrence, or of the rule where it does not say when an occurrence began. */
  id: string
  status: Alert['status']
  /** What the rule is called. */
  rule: string
  tags: Tags
  /** Where to put the service if it is missing, and how. */
  service_fix: readonly [field: string, fix: string]
  /** Null where the source says nothing. */
  severity: Claim | null
  starts_at: string | null
  ends_at?: string | null
  as_of?: string | null
  /** Monitoring is blind rather than the condition met. */
  gap?: boolean
  window_minutes?: number
  metrics?: Alert['metric_context']
  link?: string
  groups?: readonly string[]
}

export const measuredReading = (measured: Measured, at: string): Reading => {
  const { source, status, tags, gap = false, as_of = null } = measured
  if (isNoIncident(tags.severity)) return ignored('severity none: the alert is no incident')
  const { service, namespace, pod } = tags
  if (service === '') return rejected(measured.service_fix[0], undefined, measured.service_fix[1])
  const incidentClass = gap ? MONITORING_GAP : classOfRule(tags.alertname || measured.rule)
  const sourceKey = `${source}:${measured.id}`
  const identity = targetIdentity(incidentClass, { service, namespace, pod })
  return alertReading(
    {
      source,
      kind: 'metric',
      source_key: sourceKey,
      status,
      incident_id: explicitId(tags.incident_id),
      identity,
      correlation_keys: correlationKeys(sourceKey, measured.groups ?? [], [identity]),
      incident_class: incidentClass,
      service,
      namespace,
      pod,
      ...((gap ? null : measured.severity) ?? UNKNOWN_SEVERITY),
      window_minutes: measured.window_minutes ?? 0,
      metric_context: measured.metrics ?? {},
      source_ref: measured.link ?? '',
      starts_at: measured.starts_at,
      ends_at: status === 'resolved' ? (measured.ends_at ?? null) : null,
      ...(as_of && { as_of }),
    },
    at,
  )
}
