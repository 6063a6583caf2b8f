/** Remembers for some minutes what came of a delivery, over all replicas, so that its repeat is answered by one look. */
import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { LedgerKeys } from '../../shared/ledger/keys.ts'
import { GroupCommit } from '../../shared/queue/group-commit.ts'
import type { Headers, Reading, Source } from '../../shared/sources/source.ts'
import { addressOf } from './verify-delivery.ts'

/** A delivery is remembered to the end of the window in which it came; from then on the ledger alone knows it again. */
export const WINDOW_MS = 600_000
/** By one process in one window, some 10 MB. */
const MAX_REMEMBERED = 50_000
/** How long one waits for others to be written with it. */
const GATHER_MS = 20
/** Of larger groups nothing is remembered, so that an entry stays small. */
const MAX_INCIDENTS = 20

export interface DeliveryMemory {
  /** The incidents that a delivery of this key came to, or null. One command. */
  recall(key: string): Promise<string[] | null>
  /**
   * Nobody waits for it, and other replicas know it a moment later: until then, and where it is lost, the ledger knows the
   * repeat. Call it once all of it is durable.
   */
  remember(key: string, incidents: readonly string[]): void
}

/**
 * The same for every try of one delivery: the digest of its bytes, as what they came, and the sender's own id where that is
 * not among them. It is known before anybody makes sense of the bytes.
 */
export const deliveryKey = (source: Source, bodySha256: string, headers: Headers): string => {
  const id = source.deliveryId?.(undefined, headers) ?? ''
  return hash('sha256', [addressOf(source), bodySha256, headers['content-type'] ?? '', id].join('\n'), 'base64url')
}

/** The sender says when it was, so that equal bytes tell of one and the same thing. */
const isDated = (reading: Reading, receivedAt: string): boolean =>
  reading.reading === 'alert' &&
  [reading.alert.starts_at, reading.alert.as_of].some((at) => typeof at === 'string' && at !== receivedAt)

/**
 * Whether equal bytes are this delivery again. Not where they may be another (no id, and an alert without a time of its
 * own), nor where a second look may see more than the first (not all of it was understood as alerts).
 */
export const isKnownAgain = (
  source: Source,
  { body, headers, received_at }: { body: unknown; headers: Headers; received_at: string },
  readings: readonly Reading[],
): boolean => {
  const hasId = (source.deliveryId?.(body, headers) ?? '') !== ''
  const known = (reading: Reading) => reading.reading === 'alert' && (hasId || isDated(reading, received_at))
  return readings.length > 0 && readings.length <= MAX_INCIDENTS && readings.every(known)
}

export const openDeliveryMemory = (
  redis: Redis,
  { deliveries }: Pick<LedgerKeys, 'deliveries'>,
  now: () => number = Date.now,
): DeliveryMemory => {
  let [window, remembered] = [0, 0]
  const current = () => {
    const at = Math.floor(now() / WINDOW_MS)
    if (at !== window) [window, remembered] = [at, 0]
    return deliveries(window)
  }
  const looks = new GroupCommit<string>()
  let waiting = new Map<string, string>()
  const write = () => {
    const [hash, entries] = [current(), waiting]
    waiting = new Map()
    // That it ends need be said but once, if nothing were ever lost.
    for (const one of [redis.hset(hash, entries), redis.pexpire(hash, 2 * WINDOW_MS)]) one.catch(() => {})
  }
  return {
    recall: async (key) => {
      const hash = current()
      const own = waiting.get(key)
      if (own !== undefined) return own.split(' ')
      const known = await looks.add(hash, key, (keys) => redis.hmget(hash, ...keys))
      return typeof known === 'string' ? known.split(' ') : null
    },
    remember: (key, incidents) => {
      current()
      if (remembered >= MAX_REMEMBERED || incidents.length > MAX_INCIDENTS) return
      remembered++
      if (waiting.size === 0) setTimeout(write, GATHER_MS)
      waiting.set(key, incidents.join(' '))
    },
  }
}
