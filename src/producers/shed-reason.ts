/** Why a delivery was sent away with nothing wrong with it, so that its sender comes again; null for any other error. */
import { Problem } from '../shared/problem.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'

export const shedReason = (error: unknown): 'redis_unavailable' | 'incident_contended' | 'shutting_down' | null => {
  if (!(error instanceof Problem)) return redisErrorKind(error) === 'other' ? null : 'redis_unavailable'
  return error.code === 'incident_contended' || error.code === 'shutting_down' ? error.code : null
}
