/** The keys of an issuer, from its discovery document: kept for a while, asked for again when one is missing, and never in a storm. */
import { ConsecutiveBreaker, circuitBreaker, ExponentialBackoff, handleAll } from 'cockatiel'
import { createRemoteJWKSet, customFetch, type FetchImplementation, type RemoteJWKSet } from 'jose'
import { z } from 'zod'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'

/** All in milliseconds. */
const LIMITS = {
  /** How long keys are used without the issuer: what it revokes is revoked here after that at the latest. */
  cacheMaxAge: 600_000,
  /** Between two looks for a key that is not there: strangers can name as many as they like. */
  cooldownDuration: 30_000,
  timeoutDuration: 3_000,
  /** After a look that failed nobody looks again for so long, twice as long after the next. */
  firstPause: 1_000,
  longestPause: 60_000,
} as const

const Discovery = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) })
const Keys = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) })

type Options = Parameters<FetchImplementation>[1]

const read = async <Schema extends z.ZodType>(
  url: string,
  options: Options,
  schema: Schema,
): Promise<z.infer<Schema>> => {
  const response = await fetch(url, options)
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
  const parsed = schema.safeParse(await response.json())
  if (!parsed.success) throw new Error(`${url} is not what it should be: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** The discovery document is read each time as well: an issuer may move its keys. */
const keysOf = async (issuer: string, discovery: string, options: Options): Promise<Response> => {
  const { issuer: named, jwks_uri } = await read(discovery, options, Discovery)
  if (named !== issuer) throw new Error(`${discovery} is of the issuer ${named}, and ${issuer} was asked for`)
  if (issuer.startsWith('https:') && !jwks_uri.startsWith('https:')) throw new Error(`${jwks_uri} is not https://`)
  return Response.json(await read(jwks_uri, options, Keys))
}

/** `dependency` names it in metrics. Rejects when a key is needed that is not known, and the issuer does not answer. */
export const issuerKeys = (
  issuer: string,
  dependency: 'identity_provider' | 'webhook_issuer',
  metrics: Pick<Metrics, 'dependencyRequestDuration' | 'circuitOpen'>,
  log: Log,
): RemoteJWKSet => {
  const { firstPause, longestPause, ...limits } = LIMITS
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: new ExponentialBackoff({ initialDelay: firstPause, maxDelay: longestPause }),
    breaker: new ConsecutiveBreaker(1),
  })
  const labels = { dependency }
  // Counted up and down: webhooks may have several issuers.
  metrics.circuitOpen.inc(labels, 0)
  for (const outcome of ['ok', 'failed'])
    metrics.dependencyRequestDuration.zero({ ...labels, operation: 'keys', outcome })
  breaker.onBreak(() => metrics.circuitOpen.inc(labels))
  breaker.onHalfOpen(() => metrics.circuitOpen.dec(labels))
  const fetchKeys = async (url: string, options: Options): Promise<Response> => {
    const end = metrics.dependencyRequestDuration.startTimer({ ...labels, operation: 'keys' })
    try {
      const keys = await keysOf(issuer, url, options)
      end({ outcome: 'ok' })
      return keys
    } catch (err) {
      end({ outcome: 'failed' })
      log.event('issuer_failed', { err })
      throw err
    }
  }
  const discovery = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  return createRemoteJWKSet(discovery, {
    ...limits,
    [customFetch]: (url, options) => breaker.execute(() => fetchKeys(url, options)),
  })
}
