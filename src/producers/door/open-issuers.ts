/** The keys of the issuers that the secrets file names, each asked for when a token needs them. */
import type { JWTVerifyGetKey } from 'jose'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { issuerKeys } from '../issuer-keys.ts'

export type IssuersKeys = (issuer: string) => JWTVerifyGetKey

export const openIssuers = (
  metrics: Pick<Metrics, 'dependencyRequestDuration' | 'circuitOpen'>,
  log: Log,
): IssuersKeys => {
  const opened = new Map<string, JWTVerifyGetKey>()
  return (issuer) => {
    const keys = opened.get(issuer) ?? issuerKeys(issuer, 'webhook_issuer', metrics, log)
    opened.set(issuer, keys)
    return keys
  }
}
