/** What normalize hands to readiness: the incident_event, and beside it what the sources said differently. */
import { z } from 'zod'
import { SourceName } from './alert.ts'
import { IncidentClass } from './identifiers.ts'
import { IncidentEvent } from './incident-event.ts'
import { Severity } from './severity.ts'

/** An identity field for which the sources name different values: the sources describe different targets. */
export const Conflict = z.strictObject({
  field: z.enum(['service', 'namespace', 'pod']),
  /** One entry per differing value, each with the first source that named it; metric source first. */
  values: z.array(z.strictObject({ source: SourceName, value: z.string().min(1) })).min(2),
})
export type Conflict = z.infer<typeof Conflict>

/** Conflicts in words, naming the values; null when the sources agree. Asked anew whenever a source has reported. */
export const describeConflicts = (conflicts: readonly Conflict[]): string | null =>
  conflicts
    .map(({ field, values }) => `${field}: ${values.map(({ source, value }) => `'${value}' (${source})`).join(' vs ')}`)
    .join(', ') || null

/** What must happen before any machine may go on. */
export const settleConflicts = (conflicts: readonly Conflict[]): string =>
  `a person must find out which target is meant: the sources name different values of ${conflicts.map(({ field }) => field).join(' and ')}; then whoever keeps the alert rules must make them agree`

/** What one source said of severity; kept for every source, though only the highest stands in the event. */
const SeverityClaim = z.strictObject({ source: SourceName, severity: Severity, inferred: z.boolean() })

export const Normalized = z.strictObject({
  event: IncidentEvent,
  incident_class: IncidentClass,
  /** The distinct sources that reported, metric source first. */
  sources: z.array(SourceName).min(1),
  severities: z.array(SeverityClaim).min(1),
  /** Empty when the sources agree; readiness blocks on anything in it. */
  conflicts: z.array(Conflict),
})
export type Normalized = z.infer<typeof Normalized>
