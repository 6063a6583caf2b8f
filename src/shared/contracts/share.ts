/** Budgets of passes, fleet-wide: what a pass takes of each, and what is found where nothing is left. */
import { z } from 'zod'
import { IncidentId, Timestamp } from './identifiers.ts'

/** `repeat:<class>:<service>`, `service:<name>` or `namespace:<name>`. Durations in ms. */
export interface Share {
  scope: string
  /** Passes in the window at most. */
  limit: number
  window: number
  /** The longest window of this scope: until then a pass is remembered. */
  keep: number
}

/** As the script that commits found it: other incidents hold all there is. */
export const Spent = z.strictObject({
  scope: z.string(),
  limit: z.int(),
  /** In ms. */
  window: z.int(),
  passes: z.int(),
  /** When the next share is free; null where there never is one. */
  free_at: Timestamp.nullable(),
  /** The last that passed; null where none did. */
  last: z.strictObject({ incident_id: IncidentId, at: Timestamp }).nullable(),
})
export type Spent = z.infer<typeof Spent>
