/** The normalized incident: exactly eight fields, in this order (the pipeline's section 4). */
import { z } from 'zod'
import { MetricContext } from './alert.ts'
import { IncidentId } from './identifiers.ts'
import { Severity } from './severity.ts'

export const IncidentEvent = z.strictObject({
  incident_id: IncidentId,
  service: z.string(),
  namespace: z.string(),
  pod: z.string(),
  severity: Severity,
  /** Whole minutes; 0 when no source names a window. */
  window_minutes: z.int().min(0),
  metric_context: MetricContext,
  source_refs: z.array(z.string()),
})
export type IncidentEvent = z.infer<typeof IncidentEvent>
