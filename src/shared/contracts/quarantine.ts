/** What is kept of an authenticated delivery that could not be understood, and what became of it when it was taken again. */
import { z } from 'zod'
import { Sha256, Timestamp } from './identifiers.ts'
import { words } from './stop.ts'

/** Of source and body, so that what a sender repeats is one entry. */
export const QuarantineId = z
  .string()
  .regex(/^Q-[0-9a-f]{16}$/, 'an entry of the quarantine looks like Q-3f9c0a1b2c3d4e5f')

/**
 * `redacted`: `body` is the delivery as `redactDelivery` leaves it. `unreadable`: it is neither JSON nor the form it is called,
 * so that nothing of it can be told from a secret. `too_large`: even redacted it is longer than is kept.
 */
const KeptBody = z.enum(['redacted', 'unreadable', 'too_large'])

const QuarantinedDelivery = z.object({
  id: QuarantineId,
  /** As in the address: `grafana`, `custom:beacon`. */
  source: z.string(),
  /** Of the last delivery that brought it. */
  request_id: z.string(),
  /** One for each alert that was not understood, in order. */
  reasons: z.array(z.string()).min(1),
  /** Of the body as it came. */
  size_bytes: z.int().min(0),
  body_sha256: Sha256,
  kept: KeptBody,
  /** Null unless `kept` is `redacted`. */
  body: z.unknown(),
  /** Those that say what the body is. */
  headers: z.record(z.string(), z.string()),
})
export type QuarantinedDelivery = z.infer<typeof QuarantinedDelivery>

/** Who takes an entry up again, and why. */
export const QuarantineOrder = z.strictObject({ by: words('who orders it', 200), reason: words('why', 1000) })
export type QuarantineOrder = z.infer<typeof QuarantineOrder>

export const QuarantineReplay = QuarantineOrder.extend({
  at: Timestamp,
  /** How many alerts came out of it, by outcome. */
  outcomes: z.record(z.string(), z.int()),
})
export type QuarantineReplay = z.infer<typeof QuarantineReplay>

export const QuarantineEntry = QuarantinedDelivery.extend({
  received_at: Timestamp,
  last_received_at: Timestamp,
  /** How often it was delivered. */
  times: z.int().min(1),
  /** Each time it was taken again, oldest first; the last 20. */
  replayed: z.array(QuarantineReplay),
})
export type QuarantineEntry = z.infer<typeof QuarantineEntry>
