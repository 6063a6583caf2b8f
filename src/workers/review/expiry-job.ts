/** The delayed job that ends a review which nobody answers: added once the wait is on record, and lost without harm. */
import type { Redis } from 'ioredis'
import type { Verdict } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { isWaiting } from '../../shared/contracts/review.ts'
import { openQueue, UPKEEP_QUEUE } from '../../shared/queue/stage-queues.ts'
import type { Log } from '../../shared/telemetry/log.ts'

/** Its name in the queue of upkeep. */
export const EXPIRY = 'expire-review'

export interface Expiries {
  /** Sees to it that an incident which waits for a person from this verdict on does not wait for ever. Never rejects. */
  follow(incidentId: string, verdict: Verdict): void
  close(): Promise<void>
}

export const openExpiries = (redis: Redis, installation: string, policies: () => PolicySet, log: Log): Expiries => {
  const queue = openQueue(UPKEEP_QUEUE, redis, installation)
  const failed = (err: unknown) => log.event('redis_error', { queue: UPKEEP_QUEUE, err })
  queue.on('error', failed)
  return {
    follow: (incident_id, { verdict, at }) => {
      if (!isWaiting({ status: verdict })) return
      const delay = policies().review.expires_after + 1
      const jobId = `${incident_id}-${Date.parse(at)}`
      queue
        .add(EXPIRY, { incident_id }, { jobId, delay, attempts: 1, removeOnComplete: true, removeOnFail: true })
        .catch(failed)
    },
    close: () => queue.close(),
  }
}
