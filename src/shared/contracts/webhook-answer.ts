/** What a delivery is answered with: one outcome per alert and incident, in the delivery's order. */
import { z } from 'zod'
import { IncidentId } from './identifiers.ts'

export const AlertAnswer = z.strictObject({
  incident_id: IncidentId.nullable().describe('null where the alert became no incident'),
  outcome: z
    .enum(['accepted', 'attached', 'duplicate', 'closed', 'ignored', 'rejected'])
    .describe(
      'accepted: a new incident. attached: another source of a known one. duplicate: known already. closed: it is over. ignored: not about a fault. rejected: not understood',
    ),
  reason: z.string().optional().describe('why it was ignored or rejected'),
})
export type AlertAnswer = z.infer<typeof AlertAnswer>

export const WebhookAnswer = z.strictObject({
  request_id: z.string().describe('names this delivery in the log and in the audit trace'),
  incidents: z.array(AlertAnswer),
})
