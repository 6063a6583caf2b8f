/** Whether there is more to do than can be done, and for whom: pure, from figures that were sampled. */
import type { OpenNow, QueueNow } from '../../shared/ledger/installation-sample.ts'
import type { LoadReason } from './come-again.ts'

/** Why deliveries are sent away: all of them, or those of which no alert is P0 to P2; null where they are taken. */
export interface Load {
  all: LoadReason | null
  lesser: LoadReason | null
}

export const NO_LOAD: Load = { all: null, lesser: null }

interface Limits {
  /** How long the first in line of a queue waits, in ms, where a crowd waits behind it; null where age does not matter. */
  age: number | null
  /** Jobs that wait in a queue. */
  depth: number
  /** By how much the event loop is late, in ms; null where that does not matter. */
  lag: number | null
}

/**
 * P3 to P5 are sent away when their verdict would come late anyway, after a minute where 30 s are promised, or when an accept
 * takes the 250 ms that are promised for it. The urgent are taken as long as there is room: a queue keeps what no worker is
 * there for, and a sender may not come again. A late loop is no reason to send them away, since coming again takes longer:
 * what there is room for at once is judged by sender, see under-way.ts.
 */
export const LOAD_LIMITS = {
  lesser: { age: 60_000, depth: 10_000, lag: 250 },
  all: { age: null, depth: 30_000, lag: null },
} as const satisfies Record<keyof Load, Limits>

/** Fewer jobs than these are soon done, however long they wait: one is stuck, or was stamped by a clock that is wrong. */
export const CROWD = 100

/** `null` for the queues: nobody knows, and an accept that finds no Redis is refused by itself. */
export const judgeLoad = (queues: readonly QueueNow[] | null, lag: number): Load => {
  const beyond = (limits: Limits, lineOf: (queue: QueueNow) => OpenNow): LoadReason | null => {
    const lines = (queues ?? []).map((queue) => ({ ...lineOf(queue), paused: queue.paused }))
    // What somebody has paused grows old on purpose.
    const isTooOld = ({ age, count }: OpenNow) => limits.age !== null && age > limits.age && count >= CROWD
    if (lines.some((line) => !line.paused && isTooOld(line))) return 'queue_age'
    if (lines.some(({ count }) => count > limits.depth)) return 'queue_depth'
    return limits.lag !== null && lag > limits.lag ? 'event_loop' : null
  }
  const all = beyond(LOAD_LIMITS.all, ({ urgent }) => urgent)
  return {
    all,
    lesser: all ?? beyond(LOAD_LIMITS.lesser, ({ waiting, waitingAge }) => ({ count: waiting, age: waitingAge })),
  }
}
