/** Why an attempt at a job failed, in one of four words: what a metric may say of it. Pure. */
import { UnrecoverableError } from 'bullmq'
import type { FAILURE_REASONS } from '../shared/telemetry/metrics/queue-metrics.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'

/** What BullMQ says of a job that more workers died of than `maxStalledCount`. */
const CRASHED = /^job stalled more than/

export const failureReason = (error: Error): (typeof FAILURE_REASONS)[number] => {
  if (CRASHED.test(error.message)) return 'crashed'
  if (error instanceof UnrecoverableError) return 'unrecoverable'
  return redisErrorKind(error) === 'other' ? 'error' : 'redis'
}
