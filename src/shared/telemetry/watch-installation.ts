/** Keeps the gauges of queues, blockers, reviews and chains; no answer of Redis leaves them absent. */
import type { Redis } from 'ioredis'
import { type InstallationSample, sampleInstallation } from '../ledger/installation-sample.ts'
import type { LedgerKeys } from '../ledger/keys.ts'
import { keepSampled } from './keep-sampled.ts'
import type { Metrics } from './metrics.ts'

const showQueues = ({ at, queues }: InstallationSample, metrics: Metrics): void => {
  for (const [queue, { waiting, active, delayed, failed, paused, waitingAge, activeAge }] of queues) {
    for (const [state, count] of Object.entries({ waiting, active, delayed, failed }))
      metrics.queueJobs.set({ queue, state }, count)
    metrics.deadLetterJobs.set({ queue }, failed)
    metrics.queuePaused.set({ queue }, paused ? 1 : 0)
    metrics.queueOldestWaitingAge.set({ queue }, waitingAge / 1000)
    metrics.queueOldestActiveAge.set({ queue }, activeAge / 1000)
    metrics.queueSampled.set({ queue }, at / 1000)
  }
}

const showOpen = ({ blocked, reviews, chains }: InstallationSample, metrics: Metrics): void => {
  for (const [code, { count, age }] of blocked) {
    // An emergency stop is in no verdict.
    if (code === 'kill_switch_engaged') continue
    metrics.blockersOpen.set({ code }, count)
    metrics.blockerOldestOpenAge.set({ code }, age / 1000)
  }
  metrics.reviewsWaiting.set(reviews.count)
  metrics.reviewOldestWaitingAge.set(reviews.age / 1000)
  const broken = Math.max(Number(chains.broken ?? 0), Number(chains.broken_so_far ?? 0))
  // Not before the first look at all of them is done does 0 mean anything.
  if (chains.verified_at !== undefined) metrics.auditChainVerified.set(Number(chains.verified_at) / 1000)
  if (chains.verified_at !== undefined || broken > 0) metrics.auditChainBroken.set(broken)
}

const show = (sample: InstallationSample | null, metrics: Metrics): void => {
  const { queueJobs, deadLetterJobs, queuePaused, queueOldestWaitingAge, queueOldestActiveAge } = metrics
  for (const gauge of [queueJobs, deadLetterJobs, queuePaused, queueOldestWaitingAge, queueOldestActiveAge])
    gauge.reset()
  const { blockersOpen, blockerOldestOpenAge, reviewsWaiting, reviewOldestWaitingAge } = metrics
  for (const gauge of [blockersOpen, blockerOldestOpenAge]) gauge.reset()
  const { auditChainVerified, auditChainBroken } = metrics
  for (const gauge of [reviewsWaiting, reviewOldestWaitingAge, auditChainVerified, auditChainBroken]) gauge.remove()
  if (sample === null) return
  showQueues(sample, metrics)
  showOpen(sample, metrics)
}

/** The time of the last reading is kept where one fails: it says how old the others were. Returns what ends it. */
export const watchInstallation = (redis: Redis, keys: LedgerKeys, metrics: Metrics): (() => void) =>
  keepSampled(
    () => sampleInstallation(redis, keys),
    (sample) => show(sample, metrics),
  )
