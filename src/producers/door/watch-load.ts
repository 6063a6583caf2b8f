/** Keeps an eye on how much there is to do, in the background, so that a delivery costs no look at Redis. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Redis } from 'ioredis'
import { type QueueNow, sampleInstallation } from '../../shared/ledger/installation-sample.ts'
import type { LedgerKeys } from '../../shared/ledger/keys.ts'
import { keepSampled } from '../../shared/telemetry/keep-sampled.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { judgeLoad, type Load, NO_LOAD } from './judge-load.ts'

/** In a flood a second is some thousand deliveries. */
const EVERY_MS = 1000
const RESOLUTION_MS = 10

export interface WatchedLoad {
  now(): Load
  end(): void
}

/** Logs when sending away begins and ends, once each, since a line for each delivery would be a flood of its own. */
const logChange = (before: Load, now: Load, log: Log): void => {
  if (before.all === now.all && before.lesser === now.lesser) return
  if (now.lesser === null) log.event('overload_over')
  else log.event('overloaded', { reason: now.lesser, severities: now.all ? 'all' : 'P3 to P5' })
}

/** In ms: how late the loop is on average for what comes at any moment, so that one long block weighs more than many turns. */
const lagOf = ({ count, mean, stddev }: IntervalHistogram): number =>
  count === 0 ? 0 : (mean + stddev ** 2 / mean) / 1e6 - RESOLUTION_MS

export const watchLoad = (redis: Redis, keys: LedgerKeys, log: Log): WatchedLoad => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let load = NO_LOAD
  const judge = (queues: QueueNow[] | null) => {
    const before = load
    load = judgeLoad(queues, lagOf(delay))
    logChange(before, load, log)
  }
  const end = keepSampled(
    async () => (await sampleInstallation(redis, keys)).queues.map(([, queue]) => queue),
    (queues) => {
      judge(queues)
      delay.reset()
    },
    EVERY_MS,
  )
  return {
    now: () => load,
    end: () => {
      end()
      delay.disable()
    },
  }
}
