/** The last step of the door: what was authenticated and not understood is kept, redacted, before its sender is answered. */
import { sha256 } from '../../shared/audit/digest.ts'
import type { QuarantinedDelivery } from '../../shared/contracts/quarantine.ts'
import type { Quarantine } from '../../shared/ledger/quarantine.ts'
import { percentDecoded } from '../../shared/sources/percent-decoded.ts'
import { redactDelivery } from '../../shared/sources/redact-delivery.ts'
import { isRevealing } from '../../shared/sources/sensitive-text.ts'
import type { Headers, Source } from '../../shared/sources/source.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { boundedReasons } from '../bounded-reasons.ts'
import { addressOf } from './verify-delivery.ts'

/** Beyond this nothing is looked through: no sender in use sends more. */
const LARGEST_BYTES = 256 * 1024
/** What is kept of one delivery at most, so that the whole quarantine takes 64 MB. */
const LARGEST_KEPT_BYTES = 64 * 1024

/** Headers by which adapters tell what a body is. */
const TELLING = /^(content-type|sentry-hook-resource|ce-[a-z0-9]{1,20})$/

/** An attribute of an event is redacted as it would be in a body. */
const isAttributeKept = (source: Source, name: string, value: string): boolean => {
  const attribute = { [name.slice('ce-'.length)]: percentDecoded(value) }
  return JSON.stringify(redactDelivery(source, attribute)) === JSON.stringify(attribute)
}

const isKept = (source: Source, name: string, value: string): boolean =>
  value.length <= 300 &&
  /^[\x20-\x7e]*$/.test(value) &&
  !isRevealing(value) &&
  (!name.startsWith('ce-') || isAttributeKept(source, name, value))

const tellingHeaders = (source: Source, headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      TELLING.test(name) && typeof value === 'string' && isKept(source, name, value) ? [[name, value]] : [],
    ),
  )

const keptBody = (source: Source, raw: Buffer, body: unknown): Pick<QuarantinedDelivery, 'kept' | 'body'> => {
  if (body === undefined) return { kept: 'unreadable', body: null }
  if (raw.length > LARGEST_BYTES) return { kept: 'too_large', body: null }
  const redacted = redactDelivery(source, body)
  return Buffer.byteLength(JSON.stringify(redacted)) > LARGEST_KEPT_BYTES
    ? { kept: 'too_large', body: null }
    : { kept: 'redacted', body: redacted }
}

export interface RejectedDelivery {
  source: Source
  request_id: string
  /** RFC 3339. */
  received_at: string
  raw: Buffer
  /** As it was parsed; undefined where it could not be. */
  body: unknown
  headers: Headers
  reasons: readonly string[]
}

/** Rejects when Redis does not answer: the sender then has to come again, so that nothing is lost. */
export const quarantineRejected = async (
  { source, request_id, received_at, raw, body, headers, reasons }: RejectedDelivery,
  { quarantine, metrics, log }: { quarantine: Pick<Quarantine, 'keep'>; metrics: Metrics; log: Log },
): Promise<void> => {
  const [address, body_sha256] = [addressOf(source), sha256(raw)]
  const id = `Q-${sha256(`${address}\n${body_sha256}`).slice(0, 16)}`
  const dropped = await quarantine.keep(
    {
      ...{ id, source: address, request_id, body_sha256, size_bytes: raw.length },
      ...{ reasons: boundedReasons(reasons), headers: tellingHeaders(source, headers) },
      ...keptBody(source, raw, body),
    },
    received_at,
  )
  metrics.quarantined.inc({ source: source.name })
  metrics.quarantineDropped.inc({ reason: 'full' }, dropped)
  log.event('delivery_quarantined', { quarantine_id: id, request_id, source: source.name, dropped })
}
