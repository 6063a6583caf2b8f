/** Remembers for some minutes what came of a delivery, over all replicas, so that its repeat is answered without a look. */
import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { LedgerKeys } from '../../shared/ledger/keys.ts'
import type { Headers, Reading, Source } from '../../shared/sources/source.ts'
import { addressOf } from './verify-delivery.ts'

/** A delivery is remembered through the window in which it came and the next one. */
export const WINDOW_MS = 600_000
/** In one window, some 10 MB; what comes beyond that the ledger knows again, as it does after the windows. */
const MAX_REMEMBERED = 50_000
/** Of larger groups nothing is remembered, so that an entry stays small. */
const MAX_INCIDENTS = 20

export interface DeliveryMemory {
  /** The incidents that a delivery of this key came to, or null. One round trip. */
  recall(key: string): Promise<string[] | null>
  /** Nobody waits for it: where it is lost, the ledger knows the repeat. Call it once all of it is durable. */
  remember(key: string, incidents: readonly string[]): void
}

export interface Delivered {
  raw: Buffer
  body: unknown
  headers?: Headers | undefined
  received_at: string
}

/** The sender says when it was, so that equal bytes tell of one and the same thing. */
const isDated = (reading: Reading, receivedAt: string): boolean =>
  reading.reading === 'alert' &&
  [reading.alert.starts_at, reading.alert.as_of].some((at) => typeof at === 'string' && at !== receivedAt)

/**
 * The same for every try of one delivery: the sender's own id of it and the digest of its bytes. Null where equal bytes may
 * be another delivery (no id, and an alert without a time of its own), or where a second look may see more than the first
 * (not all of it was understood as alerts).
 */
export const deliveryKey = (
  source: Source,
  { raw, body, headers = {}, received_at }: Delivered,
  readings: readonly Reading[],
): string | null => {
  const id = source.deliveryId?.(body, headers) ?? ''
  const known = (reading: Reading) => reading.reading === 'alert' && (id !== '' || isDated(reading, received_at))
  if (readings.length === 0 || readings.length > MAX_INCIDENTS || !readings.every(known)) return null
  return hash('sha256', `${addressOf(source)}\n${hash('sha256', raw)}\n${id}`, 'base64url')
}

export const openDeliveryMemory = (
  redis: Redis,
  { deliveries }: Pick<LedgerKeys, 'deliveries'>,
  now: () => number = Date.now,
): DeliveryMemory => {
  const window = () => Math.floor(now() / WINDOW_MS)
  let isFull = false
  return {
    recall: async (key) => {
      const [current, before] = [deliveries(window()), deliveries(window() - 1)]
      const replies = await redis.pipeline().hget(current, key).hget(before, key).hlen(current).exec()
      const [first, second, size] = (replies ?? []).map(([error, reply]) => {
        if (error) throw error
        return reply
      })
      isFull = Number(size) >= MAX_REMEMBERED
      const incidents = first ?? second
      return typeof incidents === 'string' ? incidents.split(' ') : null
    },
    remember: (key, incidents) => {
      if (isFull || incidents.length > MAX_INCIDENTS) return
      const at = deliveries(window())
      redis
        .pipeline()
        .hset(at, key, incidents.join(' '))
        .pexpire(at, 2 * WINDOW_MS)
        .exec()
        .catch(() => {})
    },
  }
}
