/** The emergency stops in force, the log of who ordered them, and the incidents they hold: in Redis, beside the ledger. */
import type { ChainableCommander, Redis } from 'ioredis'
import {
  HeldEntry,
  readStop,
  type SignedStopOrder,
  type Stop,
  type StopsInForce,
  StopsLogEntry,
} from '../contracts/stop.ts'
import { crashPoint } from '../crash-point.ts'
import type { JobCommand } from '../queue/stage-queues.ts'
import { type LedgerChange, packChange } from './change.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'

/** What a commit met: the scope, and the stop as it lies there. */
export interface StopMet {
  scope: string
  text: string
}

/**
 * `recorded` with its record; `held` by a stop that the trace names already; `changed` when the incident or the stop
 * changed meanwhile, which leaves everything as it was; `lost` when the job is no longer this worker's, with BullMQ's code.
 */
export type HoldReply = 'recorded' | 'held' | 'changed' | { lost: number }
const CHANGED_MEANWHILE = -100

/** Keys of BullMQ's script that puts a job off. */
const PUT_OFF_KEYS = 11
/** Held incidents looked at in one call: it holds up Redis for some milliseconds. */
const PAGE = 200
const LAST_ORDERS = 20

/** None for a line that somebody wrote in by hand: it must not hide what is stopped. */
const readOrder = (text: string): StopsLogEntry[] => {
  try {
    return [StopsLogEntry.parse(JSON.parse(text))]
  } catch {
    return []
  }
}

export class Stops {
  readonly #redis: Redis
  readonly #keys: LedgerKeys

  constructor(redis: Redis, keys: LedgerKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** From when this returns, no decision under the scope is recorded. A stop that is in force already stays as it is. */
  async engage(order: SignedStopOrder, at: string): Promise<{ changed: boolean; stop: Stop }> {
    const { scope: _, ...said } = order
    const stop: Stop = { ...said, at }
    const { stops } = this.#keys
    const changed = await this.#order({ order: 'stop', ...order, at }, (both) =>
      both.hsetnx(stops, order.scope, JSON.stringify(stop)),
    )
    const before = changed ? null : await this.#redis.hget(stops, order.scope)
    return { changed, stop: before === null ? stop : readStop(before) }
  }

  /**
   * Lifts a stop, then lets go what no other one covers, a page at a time. Not `changed`: there was none; what a resume
   * that was cut off has left held is let go all the same.
   */
  async lift(
    order: SignedStopOrder,
    at: string,
    progress: (released: number) => void = () => {},
  ): Promise<{ changed: boolean; released: number }> {
    const { stops, held, prefix, absent } = this.#keys
    const changed = await this.#order({ order: 'resume', ...order, at }, (both) => both.hdel(stops, order.scope))
    let [cursor, released] = ['', 0]
    while (cursor !== '0') {
      crashPoint('release:before')
      const page = await runScript(
        this.#redis,
        'interlockRelease',
        [held, stops, absent],
        [prefix, cursor || '0', PAGE],
      )
      crashPoint('release:after')
      const [next, count] = page as [string, number]
      cursor = next
      released += count
      progress(released)
    }
    return { changed, released }
  }

  /** The order and its line in the log, both or neither. True when it changed something. */
  async #order(entry: StopsLogEntry, step: (both: ChainableCommander) => ChainableCommander): Promise<boolean> {
    const replies = await step(this.#redis.multi()).rpush(this.#keys.stopsLog, JSON.stringify(entry)).exec()
    for (const [error] of replies ?? []) if (error) throw error
    return replies?.[0]?.[1] === 1
  }

  /** Puts a job off whose decision met a stop, and records it in the same step. */
  async hold(met: StopMet, entry: HeldEntry, change: LedgerChange, putOff: JobCommand): Promise<HoldReply> {
    const [keys, given] = [putOff.arguments.slice(0, PUT_OFF_KEYS), putOff.arguments.slice(PUT_OFF_KEYS)]
    // Bytes that are no text do not come back as they were, so that only their being there can be looked for.
    const asMet = met.text.includes('\uFFFD') ? '' : met.text
    const stop = [this.#keys.prefix, met.scope, asMet, JSON.stringify(entry)]
    const args = [...given, ...stop, packChange(change)]
    const reply = Number(await runScript(this.#redis, 'interlockHold', keys.map(String), args))
    if (reply === CHANGED_MEANWHILE) return 'changed'
    return reply < 0 ? { lost: reply } : reply === 1 ? 'recorded' : 'held'
  }

  /** One round trip: which scopes are stopped, and how many incidents are held. */
  async sample(): Promise<{ scopes: string[]; held: number }> {
    const { stops, held } = this.#keys
    const [scopes, count] = await Promise.all([this.#redis.hkeys(stops), this.#redis.hlen(held)])
    return { scopes, held: count }
  }

  /** Reads all that is held, a page at a time. */
  async inForce(): Promise<StopsInForce> {
    const { stops, stopsLog } = this.#keys
    const [texts, log, counts] = await Promise.all([
      this.#redis.hgetall(stops),
      this.#redis.lrange(stopsLog, -LAST_ORDERS, -1),
      this.#countHeld(),
    ])
    const engaged = Object.entries(texts)
      .map(([scope, text]) => ({ scope, ...readStop(text), held: counts.by.get(scope) ?? 0 }))
      .sort((a, b) => a.at.localeCompare(b.at) || a.scope.localeCompare(b.scope))
    return { engaged, held: counts.held, log: log.flatMap(readOrder) }
  }

  async #countHeld(): Promise<{ held: number; by: Map<string, number> }> {
    const entries = new Map<string, string[]>()
    const pages = this.#redis.hscanStream(this.#keys.held, { count: PAGE })
    for await (const page of pages as AsyncIterable<string[]>)
      for (let i = 0; i + 1 < page.length; i += 2)
        entries.set(page[i] ?? '', HeldEntry.parse(JSON.parse(page[i + 1] ?? '')).scopes)
    const by = new Map<string, number>()
    for (const scopes of entries.values()) for (const scope of scopes) by.set(scope, (by.get(scope) ?? 0) + 1)
    return { held: entries.size, by }
  }
}
