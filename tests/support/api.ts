/** The webhook API in the test's process, over connections of its own, as one replica of many. */
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Redis } from 'ioredis'
import { openDeliveryMemory } from '../../src/producers/door/delivery-memory.ts'
import { fetchBytes } from '../../src/producers/door/fetch-bytes.ts'
import { openCertificates } from '../../src/producers/door/sns-certificates.ts'
import type { Door } from '../../src/producers/door/verify-delivery.ts'
import { NO_SECRETS } from '../../src/producers/door/webhook-secrets.ts'
import { everybody } from '../../src/producers/operators/open-operators.ts'
import type { Authenticate } from '../../src/producers/operators/operator-scope.ts'
import { createServer, type ServerSettings } from '../../src/producers/server.ts'
import type { PolicySet } from '../../src/shared/contracts/policy.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../../src/shared/queue/redis.ts'
import { openQueue } from '../../src/shared/queue/stage-queues.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { openReviewer } from '../../src/workers/review/open-reviewer.ts'
import { undocumented } from '../openapi/undocumented.ts'

export interface Answer {
  status: number
  headers: Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire, looked at by expectations alone.
  body: any
}

export interface Api {
  server: FastifyInstance
  ledger: IncidentLedger
  queue: ReturnType<typeof openQueue>
  redis: Redis
  get(url: string): Promise<Answer>
  /** Posts a body as JSON; strings and Buffers as they are. */
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  put(url: string, body: unknown): Promise<Answer>
  close(): Promise<void>
}

export const NO_POLICIES: PolicySet = {
  digest: '0'.repeat(64),
  profiles: {},
  freezes: [],
  budgets: [],
  review: { expires_after: 1_800_000, four_eyes: true },
  services: {},
  stated_at: '2026-05-17T11:00:00.000Z',
  sources: new Map(),
  classes: new Map(),
}

/** As without a secrets file outside production. */
export const OPEN_DOOR: Door = {
  secrets: () => NO_SECRETS,
  certificates: openCertificates(),
  issuers: () => async () => {
    throw new Error('no issuer is reached')
  },
  fetch: fetchBytes,
  takesUnsigned: true,
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const openApi = async (
  redisUrl: string,
  installation: string,
  given: PolicySet | (() => PolicySet) = NO_POLICIES,
  facts: Parameters<typeof openReviewer>[3] = {},
  door: Door = OPEN_DOOR,
  authenticate: Authenticate = everybody,
  {
    rateLimit,
    ...limits
  }: { rateLimit?: number } & Partial<Pick<ServerSettings, 'load' | 'patience' | 'log' | 'proxies'>> = {},
): Promise<Api> => {
  const policies = typeof given === 'function' ? given : () => given
  const redis = connectProducer(redisUrl)
  // Some tests take Redis away; every failure shows in the answer to a request.
  redis.on('error', () => {})
  await whenReady(redis)
  const ledger = new IncidentLedger(redis, installation)
  const queue = openQueue('normalize', redis, installation)
  queue.on('error', () => {})
  const reviewer = openReviewer(redis, installation, policies, facts)
  const server = createServer({
    acceptance: { ledger, queue, policies, memory: openDeliveryMemory(redis, ledger.keys) },
    redis,
    door,
    queues: [queue],
    review: reviewer.answer,
    authenticate,
    isStopping: () => false,
    metrics: createMetrics('0.0.0'),
    log: createLog('api', 'silent'),
    ...limits,
    ...(rateLimit !== undefined && { rateLimit: { max: rateLimit, redis, prefix: `${ledger.keys.prefix}rate:` } }),
  })
  const inject = async (options: InjectOptions & { method: string; url: string }): Promise<Answer> => {
    const { statusCode, headers, payload } = await server.inject(options)
    // Whatever a test is about: no answer may be one that the API's document does not promise.
    const contentType = headers['content-type']?.toString()
    const breach = undocumented({ ...options, status: statusCode, contentType, body: payload })
    if (breach) throw new Error(breach)
    return { status: statusCode, headers, body: json(payload) }
  }
  const send =
    (method: 'POST' | 'PUT') =>
    (url: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      inject({
        method,
        url,
        headers,
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      })
  return {
    ...{ server, ledger, queue, redis },
    get: (url) => inject({ method: 'GET', url }),
    post: send('POST'),
    put: send('PUT'),
    close: async () => {
      await server.close()
      redis.disconnect()
    },
  }
}
