/** The ledger's keys in Redis, all under the installation's hash tag, beside BullMQ's own (`{interlock}:normalize:…`). */
import { keyPrefix } from '../queue/stage-queues.ts'

export interface LedgerKeys {
  /** What they all begin with; the scripts make the keys of a change from it. */
  prefix: string
  /** See `absentKey`. */
  absent: string
  /** Hash: one incident's record. */
  incident(id: string): string
  /** List: its audit records, in order. */
  trace(id: string): string
  /** Sorted set: every incident id by the time it was accepted. */
  index: string
  /** Sorted set: every incident in flight by when it was last known to be on its way (ms). */
  open: string
  /** Sorted set: every incident that ended by when anything last came of it (ms): its retention counts from there. */
  ended: string
  /** Hash: how many alerts were received, and where each of them is now. */
  accounting: string
  /** String: a part of many decisions, by the digest that each of them names. */
  kept(digest: string): string
  /** Hash: the emergency stops in force, by scope. */
  stops: string
  /** List: every order to stop or resume, in order. */
  stopsLog: string
  /** Hash: the incidents held by a stop, and where. */
  held: string
  /** Sorted set: the incidents that wait for a person, by since when (ms). */
  reviews: string
  /** Hash: how far the look at every chain has come, and what it found. */
  chains: string
  /** Hash: the runs a person confirmed, by service and action: the digest of what they were. */
  runs: string
  /** Sorted set: the deliveries that were not understood, by when they were last delivered (ms). */
  quarantine: string
  /** Hash: one of them. */
  quarantined(id: string): string
  /** Hash: what came of the deliveries of one window of time, by the digest of each. */
  deliveries(window: number): string
  /** Sorted set: the incidents under this correlation key, by the number of the change that listed each last. */
  correlation(key: string): string
}

/**
 * A key that is never there. While the slot of a cluster moves, its keys are here and there, and a script that names none that
 * is missing would begin and fail half-way. One that names this, or another that is never there, is refused before it begins.
 */
export const absentKey = (installation: string): string => `${keyPrefix(installation)}:absent`

export const ledgerKeys = (installation: string): LedgerKeys => {
  const prefix = `${keyPrefix(installation)}:`
  return {
    prefix,
    absent: absentKey(installation),
    incident: (id) => `${prefix}incident:${id}`,
    trace: (id) => `${prefix}trace:${id}`,
    index: `${prefix}incidents`,
    open: `${prefix}open`,
    ended: `${prefix}ended`,
    accounting: `${prefix}accounting`,
    kept: (digest) => `${prefix}kept:${digest}`,
    stops: `${prefix}stops`,
    stopsLog: `${prefix}stops-log`,
    held: `${prefix}held`,
    reviews: `${prefix}reviews`,
    chains: `${prefix}chains`,
    runs: `${prefix}confirmed-runs`,
    quarantine: `${prefix}quarantine`,
    quarantined: (id) => `${prefix}quarantine:${id}`,
    deliveries: (window) => `${prefix}deliveries:${window}`,
    correlation: (key) => `${prefix}correlation:${key}`,
  }
}
