/**
 * Jobs that were in hand when a worker died, more than once. One of them kills, and all that were in hand come back
 * together: so each is sent to a time of its own, and the one that kills takes no other with it.
 */
import { DelayedError, type Job } from 'bullmq'

/** One crash is an accident of the process; a second one with the same job may be the job's doing. */
const FROM_CRASHES = 2

/** A stage takes milliseconds, so that two out of fifty rarely meet in it. */
const SPREAD_MS = 10_000

/** Of its starts those are left, once crashes, failures and this one are counted, in which it was sent away. */
export const isSuspect = ({
  stalledCounter,
  attemptsStarted,
  attemptsMade,
}: Pick<Job, 'stalledCounter' | 'attemptsStarted' | 'attemptsMade'>): boolean => {
  if (stalledCounter < FROM_CRASHES) return false
  const sentAway = attemptsStarted - 1 - stalledCounter - attemptsMade
  return sentAway < stalledCounter - FROM_CRASHES + 1
}

/** Once after each crash; counts as no attempt. Never returns. */
export const sendAway = async (job: Job, token: string | undefined): Promise<never> => {
  await job.moveToDelayed(Date.now() + Math.random() * SPREAD_MS, token)
  throw new DelayedError()
}
