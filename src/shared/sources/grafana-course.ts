/** Grafana's alert in the short format of the course: one alert, and the incident named by its fingerprint. */
import { z } from 'zod'
import { correlationKeys } from './group-key.ts'
import { classOf } from './incident-class.ts'
import { Instant, instantOrNull } from './instant.ts'
import { explicitId, Labels, OpaqueId, SERVICE_FIX, targetIdentity, targetOf } from './labels.ts'
import { numbersIn } from './metric-context.ts'
import { alertReading, ignored, rejected, rejectedBy } from './reading.ts'
import { isNoIncident, namedSeverity, UNKNOWN_SEVERITY } from './severity.ts'
import type { Reading } from './source.ts'
import { courseLink } from './source-ref.ts'
import { windowMinutes } from './window.ts'

const Body = z.object({
  source: z.literal('grafana', 'send source "grafana"'),
  alert_name: z.string(),
  fingerprint: OpaqueId,
  status: z.enum(['firing', 'resolved'], 'send firing or resolved, or leave it out').default('firing'),
  labels: Labels,
  annotations: z
    .object({ dashboard: z.unknown().optional(), incident_id: z.unknown().optional() })
    .catch({ dashboard: undefined, incident_id: undefined }),
  values: z.unknown().optional(),
  starts_at: Instant,
  ends_at: z.unknown().optional(),
})

export const readGrafanaCourse = (raw: unknown): Reading[] => {
  const parsed = Body.safeParse(raw)
  if (!parsed.success) return [rejectedBy(parsed.error, raw, '')]
  const { fingerprint, labels, annotations, values, status, ...body } = parsed.data
  if (isNoIncident(labels.severity)) return [ignored('severity none: the alert is no incident')]
  const target = targetOf(labels)
  if (target.service === '') return [rejected('labels.service', undefined, SERVICE_FIX)]
  const incidentClass = classOf(body.alert_name)
  const sourceKey = `grafana:${fingerprint}`
  const identity = targetIdentity(incidentClass, target)
  return [
    alertReading(
      {
        source: 'grafana',
        kind: 'metric',
        source_key: sourceKey,
        status,
        incident_id: explicitId(labels.incident_id, annotations.incident_id, fingerprint),
        identity,
        correlation_keys: correlationKeys(sourceKey, [], [identity]),
        incident_class: incidentClass,
        ...target,
        ...(namedSeverity(labels.priority, labels.severity) ?? UNKNOWN_SEVERITY),
        window_minutes: windowMinutes(values),
        metric_context: numbersIn(values),
        source_ref: courseLink(annotations.dashboard),
        starts_at: body.starts_at,
        ends_at: status === 'resolved' ? instantOrNull(body.ends_at) : null,
      },
      '',
    ),
  ]
}
