/** PagerDuty's incident object, which all three of its formats carry. */
import { z } from 'zod'
import type { Alert } from '../contracts/alert.ts'
import { correlationKeys, isGroupHash } from './group-key.ts'
import { classOfTitle } from './incident-class.ts'
import { Instant } from './instant.ts'
import { OpaqueId } from './labels.ts'
import { Body, Details, readBodies } from './pagerduty-body.ts'
import { alertReading, rejectedBy } from './reading.ts'
import { namedSeverity, urgencySeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { firstLink } from './source-ref.ts'

const Text = z.string().nullish().catch(null)

const ChildAlert = z.object({ alert_key: Text, body: Body }).nullish().catch(null)

/** What may be wrong with a merge costs only the name of the other incident. */
const MergedInto = z
  .object({ type: z.literal('merge_resolve_reason'), incident: z.object({ id: OpaqueId }) })
  .nullish()
  .catch(null)

const Incident = z.object({
  id: OpaqueId,
  service: z
    .object({ name: z.string().optional(), summary: z.string().nullish() })
    .refine(({ name, summary }) => name || summary, 'name the service'),
  /** Null for incidents with child alerts: the key is then on the alerts. */
  incident_key: Text,
  created_at: Instant,
  title: Text,
  html_url: z.unknown().optional(),
  priority: z.object({ summary: Text }).nullish().catch(null),
  /** `severity`, `namespace` and `pod` exist in the course format only. */
  severity: Text,
  namespace: z.string().nullish(),
  pod: z.string().nullish(),
  urgency: Text,
  custom_details: Details,
  body: Body,
  alerts: z.array(ChildAlert).nullish().catch(null),
  resolve_reason: MergedInto,
})

/** One incident can hold several alerts; ids that differ name no incident. */
const agreedId = (ids: readonly string[]): string | null => (new Set(ids).size === 1 ? (ids[0] ?? null) : null)

/** What the event says that the incident does not. */
export interface Happened {
  status: Alert['status']
  ends_at: string | null
  /** When; null where the event does not say. */
  as_of: string | null
  /** Bodies that came beside the incident. */
  bodies?: readonly unknown[]
  /** Set in the course format, where the key of the incident is its id everywhere. */
  incident_id?: string | null
}

export const readIncident = (raw: unknown, at: string, happened: Happened): Reading => {
  const parsed = Incident.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, at)
  const incident = parsed.data
  const sourceKey = `pagerduty:${incident.id}`
  const alerts = incident.alerts ?? []
  const beside = (happened.bodies ?? []).map((body) => Body.parse(body))
  const { ids, groups, targets } = readBodies([
    { details: incident.custom_details, cef_details: null },
    incident.body,
    ...alerts.map((alert) => alert?.body),
    ...beside,
  ])
  const keys = [incident.incident_key, ...alerts.map((alert) => alert?.alert_key)].filter(isGroupHash)
  const merged = incident.resolve_reason ? [`native:pagerduty:${incident.resolve_reason.incident.id}`] : []
  const [native = '', ...shared] = correlationKeys(sourceKey, [...keys, ...groups], targets)
  return alertReading(
    {
      source: 'pagerduty',
      kind: 'paging',
      source_key: sourceKey,
      status: happened.status,
      incident_id: agreedId(ids) ?? happened.incident_id ?? null,
      identity: JSON.stringify(['pagerduty', incident.id]),
      correlation_keys: [native, ...merged, ...shared],
      incident_class: classOfTitle(incident.title ?? ''),
      service: incident.service.name || incident.service.summary || '',
      namespace: incident.namespace ?? '',
      pod: incident.pod ?? '',
      ...(namedSeverity(incident.priority?.summary ?? '', incident.severity ?? '') ??
        urgencySeverity(incident.urgency ?? '')),
      window_minutes: 0,
      metric_context: {},
      source_ref: firstLink(incident.html_url),
      starts_at: incident.created_at,
      ends_at: happened.ends_at,
      ...(happened.as_of && { as_of: happened.as_of }),
    },
    at,
  )
}
