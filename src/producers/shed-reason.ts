/** Why a delivery was sent away with nothing wrong with it, so that its sender comes again; null for any other error. */
import { Problem } from '../shared/problem.ts'
import type { ShedReason } from '../shared/telemetry/metrics/incident-metrics.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'
import { ComeAgain } from './door/come-again.ts'

const CODES = ['incident_contended', 'shutting_down', 'sns_unavailable', 'issuer_unavailable'] as const

export const shedReason = (error: unknown): ShedReason | null => {
  if (error instanceof ComeAgain) return error.reason
  if (!(error instanceof Problem)) return redisErrorKind(error) === 'other' ? null : 'redis_unavailable'
  return CODES.find((code) => code === error.code) ?? null
}
