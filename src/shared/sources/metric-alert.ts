/** One alert of the shape that Alertmanager defines and unified Grafana extends. */
import { z } from 'zod'
import type { Alert, SourceName } from '../contracts/alert.ts'
import { correlationKeys, groupHashes } from './group-key.ts'
import { classOf, MONITORING_GAP } from './incident-class.ts'
import { Instant, instantOrNull } from './instant.ts'
import { explicitId, Labels, OpaqueId, SERVICE_FIX, targetIdentity, targetOf } from './labels.ts'
import { numbersIn } from './metric-context.ts'
import { alertReading, ignored, rejected, rejectedBy } from './reading.ts'
import { isNoIncident, namedSeverity, UNKNOWN_SEVERITY } from './severity.ts'
import type { Reading } from './source.ts'
import { windowMinutes } from './window.ts'

/** What stands round the alerts. The group's own status is not in it: an alert is firing or resolved by itself. */
export const BatchBody = z.object({
  alerts: z.array(z.unknown(), 'send the alerts as an array'),
  groupKey: z.string().catch(''),
  truncatedAlerts: z.unknown().optional(),
  externalURL: z.unknown().optional(),
})
export type BatchBody = z.infer<typeof BatchBody>

const WireAlert = z.object({
  status: z.enum(['firing', 'resolved'], 'send firing or resolved'),
  labels: Labels,
  annotations: z.record(z.string(), z.unknown()).catch({}),
  startsAt: Instant,
  endsAt: z.unknown().optional(),
  fingerprint: OpaqueId,
  values: z.unknown().optional(),
  dashboardURL: z.unknown().optional(),
  generatorURL: z.unknown().optional(),
})
type WireAlert = z.infer<typeof WireAlert>

/** Where the two senders differ. */
export interface Dialect {
  source: SourceName
  sourceRef(alert: WireAlert, batch: BatchBody): string
  /** Numbers to use where no annotation is one. */
  measured(alert: WireAlert): Alert['metric_context']
  /** Monitoring is blind rather than the condition met. */
  isGap(alert: WireAlert): boolean
  /** Why the alert is no incident in this dialect, or null. */
  notAnIncident(alert: WireAlert): string | null
}

const reasonToIgnore = (alert: WireAlert, batch: BatchBody, dialect: Dialect): string | null => {
  if (isNoIncident(alert.labels.severity)) return 'severity none: the alert is no incident'
  if (alert.status === 'resolved') {
    // A cut list can hide alerts that still fire, and a cut of unknown size is a cut.
    if ((batch.truncatedAlerts ?? 0) !== 0)
      return 'resolved in a truncated delivery: the rest of the group may be firing'
    if (alert.annotations.grafana_state_reason !== undefined)
      return 'resolved with a grafana_state_reason: resolved does not mean recovered'
  }
  return dialect.notAnIncident(alert)
}

const readAlert = (raw: unknown, at: string, batch: BatchBody, dialect: Dialect): Reading => {
  const parsed = WireAlert.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, at)
  const alert = parsed.data
  const { labels, annotations } = alert

  const reason = reasonToIgnore(alert, batch, dialect)
  if (reason !== null) return ignored(reason)

  const target = targetOf(labels)
  if (target.service === '') return rejected(`${at}.labels.service`, undefined, SERVICE_FIX)
  const gap = dialect.isGap(alert)
  const incidentClass = gap ? MONITORING_GAP : classOf(labels.alertname)
  if (incidentClass === '')
    return rejected(`${at}.labels.alertname`, labels.alertname, 'name the alert with letters or digits')

  const sourceKey = `${dialect.source}:${alert.fingerprint}:${alert.startsAt}`
  const identity = targetIdentity(incidentClass, target)
  const { incident_id: annotatedId, ...others } = annotations
  const annotated = numbersIn(others)
  return alertReading(
    {
      source: dialect.source,
      kind: 'metric',
      source_key: sourceKey,
      status: alert.status,
      incident_id: explicitId(labels.incident_id, annotatedId),
      identity,
      correlation_keys: correlationKeys(sourceKey, groupHashes(batch.groupKey), [identity]),
      incident_class: incidentClass,
      ...target,
      ...((gap ? null : namedSeverity(labels.priority, labels.severity)) ?? UNKNOWN_SEVERITY),
      window_minutes: windowMinutes(annotations),
      metric_context: Object.keys(annotated).length > 0 ? annotated : dialect.measured(alert),
      source_ref: dialect.sourceRef(alert, batch),
      starts_at: alert.startsAt,
      ends_at: alert.status === 'resolved' ? instantOrNull(alert.endsAt) : null,
    },
    at,
  )
}

export const readBatch = (batch: BatchBody, dialect: Dialect): Reading[] =>
  batch.alerts.length === 0
    ? [ignored('the delivery holds no alerts')]
    : batch.alerts.map((raw, index) => readAlert(raw, `alerts[${index}]`, batch, dialect))
