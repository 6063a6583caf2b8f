/** The quarantine: deliveries that were not understood, redacted, in Redis beside the ledger. Bounded in number and age. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { CodedError } from '../coded-error.ts'
import { type QuarantinedDelivery, QuarantineEntry, type QuarantineReplay } from '../contracts/quarantine.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'

/** Entries that are kept, the last delivered ones. */
export const MOST_QUARANTINED = 1000
/** How often an entry was taken again is remembered so many times. */
const MOST_REPLAYS = 20
/** Removed by one call, which holds up Redis for as long. */
const PRUNE_BATCH = 1000

const Count = z.int().min(0)
const Stored = z.object({
  entry: z.string(),
  received_at: z.string(),
  last_received_at: z.string(),
  times: z.string(),
  replayed: z.string().optional(),
})

/** Null where there is none. Throws CodedError `quarantine_unreadable` for what is not an entry as Interlock writes it. */
const parseEntry = (id: string, fields: Record<string, string>): QuarantineEntry | null => {
  if (Object.keys(fields).length === 0) return null
  try {
    const { entry, received_at, last_received_at, times, replayed } = Stored.parse(fields)
    return QuarantineEntry.parse({
      ...JSON.parse(entry),
      ...{ received_at, last_received_at, times: Number(times) },
      replayed: replayed === undefined ? [] : replayed.split('\n').map((line) => JSON.parse(line)),
    })
  } catch {
    throw new CodedError('quarantine_unreadable', `entry '${id}' is not as Interlock writes one: have it sent again`)
  }
}

export class Quarantine {
  readonly #redis: Redis
  readonly #keys: LedgerKeys

  constructor(redis: Redis, keys: LedgerKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** Durable when this returns; how many others went for it. One that is kept already is counted once more. */
  async keep(delivery: QuarantinedDelivery, at: string, most = MOST_QUARANTINED): Promise<number> {
    const args = [this.#keys.prefix, delivery.id, at, JSON.stringify(delivery), most]
    return Count.parse(
      await runScript(this.#redis, 'interlockQuarantine', [this.#keys.quarantine, this.#keys.absent], args),
    )
  }

  count(): Promise<number> {
    return this.#redis.zcard(this.#keys.quarantine)
  }

  /** Last delivered first; and which of them cannot be read, so that they hide no other. */
  async list(limit: number): Promise<{ entries: QuarantineEntry[]; unreadable: string[] }> {
    const ids = await this.#redis.zrevrange(this.#keys.quarantine, 0, limit - 1)
    const unreadable: string[] = []
    const read = await Promise.all(
      ids.map((id) =>
        this.read(id).catch((error: unknown) => {
          if (!(error instanceof CodedError)) throw error
          unreadable.push(id)
          return null
        }),
      ),
    )
    return { entries: read.filter((entry) => entry !== null), unreadable }
  }

  /** Throws CodedError `quarantine_unreadable`. */
  async read(id: string): Promise<QuarantineEntry | null> {
    return parseEntry(id, await this.#redis.hgetall(this.#keys.quarantined(id)))
  }

  /** False where the entry has gone meanwhile. */
  async markReplayed(id: string, replay: QuarantineReplay): Promise<boolean> {
    const args = [JSON.stringify(replay), MOST_REPLAYS]
    return (await runScript(this.#redis, 'interlockMarkReplayed', [this.#keys.quarantined(id)], args)) === 1
  }

  /** Removes what was last delivered longer ago; returns how many. */
  async prune(keptMs: number): Promise<number> {
    const args = [this.#keys.prefix, keptMs, PRUNE_BATCH]
    return Count.parse(
      await runScript(this.#redis, 'interlockPruneQuarantine', [this.#keys.quarantine, this.#keys.absent], args),
    )
  }
}
