/** The data of every job: the id alone. The payload is stored once, in the ledger, and read by the stage. */
import { z } from 'zod'
import { IncidentId } from './identifiers.ts'

export const JobData = z.strictObject({ schema: z.literal(1), incident_id: IncidentId })
export type JobData = z.infer<typeof JobData>
