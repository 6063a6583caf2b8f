/** What a source adapter makes of a delivery: alerts, each already stripped of everything that must not be stored. */
import { z } from 'zod'
import { IncidentClass, IncidentId, Sha256, Timestamp } from './identifiers.ts'
import { Severity } from './severity.ts'

/** `custom` stands for all that a mapping in the policy folder describes. */
export const SourceName = z.enum([
  'grafana',
  'alertmanager',
  'pagerduty',
  'opsgenie',
  'datadog',
  'sentry',
  'cloudwatch_sns',
  'azure_monitor',
  'newrelic',
  'zabbix',
  'uptime_kuma',
  'betterstack',
  'cloudevents',
  'splunk_oncall',
  'servicenow',
  'gcp_monitoring',
  'custom',
])
export type SourceName = z.infer<typeof SourceName>

/** A name from a stranger's payload that ends up in ids, logs and plans: short, printable, no spaces at the ends. */
const Name = z
  .string()
  .max(253, 'at most 253 characters')
  .regex(/^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$/, 'printable ASCII without surrounding spaces')

/** Numbers a source measured, by the source's own name for them. */
export const MetricContext = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/), z.number())

/** Pages can be about many alerts; what goes beyond this is not looked for. */
export const MAX_CORRELATION_KEYS = 24

/** One condition inside a delivery, as one source sees it. The same incident may be seen by several sources. */
export const Alert = z.object({
  source: SourceName,
  /** `metric` sources measured the condition; `paging` sources were told of it, and know neither pod nor start. */
  kind: z.enum(['metric', 'paging']),
  /** The source's own name for this occurrence, e.g. `pagerduty:Q1PLM4T8R2AX7K`; a repeat carries the same one. */
  source_key: z.string().min(1).max(300),
  status: z.enum(['firing', 'resolved']),
  /** Set when the payload names the incident itself. */
  incident_id: IncidentId.nullable(),
  /** What an incident id is derived from together with `starts_at`; equal for the same target whichever source saw it. */
  identity: z.string().min(1).max(1200),
  /**
   * Keys shared with other sources, most specific first: `native:<source_key>`, also of a page this one was merged into;
   * `group:<sha256 of groupKey>`; `target:<sha256 of identity>` of what was measured.
   */
  correlation_keys: z.array(z.string().min(1).max(320)).min(1).max(MAX_CORRELATION_KEYS),
  incident_class: IncidentClass,
  service: Name.min(1),
  /** Empty when the source cannot know it, as with pod. */
  namespace: Name,
  pod: Name,
  severity: Severity,
  /** True when the source named no severity and the mapping had to assume one. */
  severity_inferred: z.boolean(),
  /** Length of the evaluated window in whole minutes; 0 when the source does not name one. */
  window_minutes: z.int().min(0).max(525_600),
  metric_context: MetricContext,
  /** A link a person can open, without query, user info or token; empty when there is none. */
  source_ref: z.string().max(2000),
  /** When the condition began; null for sources that do not say (legacy Grafana). */
  starts_at: Timestamp.nullable(),
  ends_at: Timestamp.nullable(),
  /** When it was as it is said here, where the source says when: of two states of one occurrence the later stands. */
  as_of: Timestamp.optional(),
})
export type Alert = z.infer<typeof Alert>

/** An alert together with the delivery that brought it: what an incident keeps of each source. */
export const Sighting = Alert.extend({
  delivery: z.object({ request_id: z.string(), received_at: Timestamp, body_sha256: Sha256 }),
})
export type Sighting = z.infer<typeof Sighting>
