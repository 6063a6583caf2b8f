/** Accepting a delivery: read it, take up each alert, and answer once everything accepted is durable. */
import { sha256 } from '../shared/audit/digest.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { AlertAnswer } from '../shared/contracts/webhook-answer.ts'
import { IncidentUnreadable } from '../shared/ledger/incident-unreadable.ts'
import type { Headers, Reading, Source } from '../shared/sources/source.ts'
import { type Acceptance, acceptAlert } from './accept-alert.ts'
import { deliveryKey } from './door/delivery-memory.ts'
import { mostUrgent } from './door/most-urgent.ts'

export interface Delivery {
  request_id: string
  raw: Buffer
  body: unknown
  headers?: Headers
  /** RFC 3339 with milliseconds. */
  received_at: string
}

/** One that cannot be read keeps no other alert of its delivery from being taken. */
const rejected = (error: unknown): AlertAnswer => {
  if (!(error instanceof IncidentUnreadable)) throw error
  const reason = `${error.message}: mend or remove it in Redis, and have this taken again with "interlock quarantine replay"`
  return { incident_id: null, outcome: 'rejected', reason }
}

/** As `acceptWebhook`, of what was read already. */
export const acceptReadings = async (
  readings: readonly Reading[],
  delivery: Sighting['delivery'],
  acceptance: Acceptance,
): Promise<AlertAnswer[]> => {
  const answers: AlertAnswer[] = []
  for (const reading of readings) {
    if (reading.reading === 'alert') {
      try {
        const outcomes = await acceptAlert({ ...reading.alert, delivery }, acceptance)
        for (const [incident_id, outcome] of outcomes) answers.push({ incident_id, outcome })
      } catch (error) {
        answers.push(rejected(error))
      }
    } else answers.push({ incident_id: null, outcome: reading.reading, reason: reading.reason })
  }
  return answers
}

/**
 * One answer per alert and incident, in the delivery's order. When this returns, everything accepted is durable: the
 * incident, its audit record and its job were written in one atomic step each. When it throws, nothing was answered and
 * the sender tries again; what had been written already is then a duplicate. A delivery is remembered only after that, so
 * that none is taken for known whose first try failed.
 */
export const acceptWebhook = async (
  source: Source,
  { request_id, raw, body, headers, received_at }: Delivery,
  acceptance: Acceptance,
): Promise<AlertAnswer[]> => {
  const readings = mostUrgent(source.read(body, received_at, headers))
  acceptance.admit?.(source, readings)
  const { memory } = acceptance
  const body_sha256 = sha256(raw)
  const key = memory ? deliveryKey(source, { body_sha256, body, headers, received_at }, readings) : null
  const known = key === null ? null : await memory?.recall(key)
  if (known) return known.map((incident_id) => ({ incident_id, outcome: 'duplicate' }))
  const answers = await acceptReadings(readings, { request_id, received_at, body_sha256 }, acceptance)
  if (key !== null)
    memory?.remember(
      key,
      answers.flatMap(({ incident_id }) => incident_id ?? []),
    )
  return answers
}
