/** Why a delivery was sent away with nothing wrong with it, so that its sender comes again; null for any other error. */
import { Problem } from '../shared/problem.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'

const CODES = ['incident_contended', 'shutting_down', 'sns_unavailable'] as const

export const shedReason = (error: unknown): 'redis_unavailable' | (typeof CODES)[number] | null => {
  if (!(error instanceof Problem)) return redisErrorKind(error) === 'other' ? null : 'redis_unavailable'
  return CODES.find((code) => code === error.code) ?? null
}
