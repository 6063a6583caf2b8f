/** PagerDuty's incident object, which all three of its formats carry. */
import { z } from 'zod'
import type { Alert } from '../contracts/alert.ts'
import { correlationKeys, isGroupHash } from './group-key.ts'
import { classOfTitle } from './incident-class.ts'
import { Instant } from './instant.ts'
import { explicitId, OpaqueId } from './labels.ts'
import { alertReading, rejectedBy } from './reading.ts'
import { namedSeverity, urgencySeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { firstLink } from './source-ref.ts'

const Text = z.string().nullish().catch(null)

/** Custom details as a monitoring tool sent them; PagerDuty hands them on in the body of an incident or alert. */
const Details = z.object({ incident_id: Text }).nullish().catch(null)
const DetailsBody = z.object({ details: Details }).nullish().catch(null)
const ChildAlert = z.object({ alert_key: Text, body: DetailsBody }).nullish().catch(null)

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
  body: DetailsBody,
  alerts: z.array(ChildAlert).nullish().catch(null),
})
type Incident = z.infer<typeof Incident>

/** One incident can hold several alerts; ids that differ name no incident. */
const namedId = ({ custom_details, body, alerts }: Incident): string | null => {
  const details = [custom_details, body?.details, ...(alerts ?? []).map((alert) => alert?.body?.details)]
  const ids = new Set(details.flatMap((detail) => explicitId(detail?.incident_id) ?? []))
  return ids.size === 1 ? ([...ids][0] ?? null) : null
}

/** What the event says that the incident does not. */
export interface Happened {
  status: Alert['status']
  ends_at: string | null
  /** Set in the course format, where the key of the incident is its id everywhere. */
  incident_id?: string | null
}

export const readIncident = (raw: unknown, at: string, happened: Happened): Reading => {
  const parsed = Incident.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, at)
  const incident = parsed.data
  const sourceKey = `pagerduty:${incident.id}`
  const keys = [incident.incident_key, ...(incident.alerts ?? []).map((alert) => alert?.alert_key)]
  return alertReading(
    {
      source: 'pagerduty',
      kind: 'paging',
      source_key: sourceKey,
      status: happened.status,
      incident_id: namedId(incident) ?? happened.incident_id ?? null,
      identity: JSON.stringify(['pagerduty', incident.id]),
      correlation_keys: correlationKeys(sourceKey, keys.filter(isGroupHash)),
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
    },
    at,
  )
}
