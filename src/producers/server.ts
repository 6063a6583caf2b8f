/** Assembles the webhook API: parsers, errors, probes, routes. */
import { randomUUID } from 'node:crypto'
import type { Queue } from 'bullmq'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { Problem, type ProblemCode } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { addProbes, standardChecks } from '../shared/telemetry/probes.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'
import type { Tracing } from '../shared/telemetry/tracing.ts'
import type { Acceptance } from './accept-alert.ts'
import { beginAtZero } from './document/begin-at-zero.ts'
import { documentApi } from './document/document-api.ts'
import { serveDocs } from './document/serve-docs.ts'
import { BODY_LIMIT_BYTES } from './door/body-limits.ts'
import { ComeAgain } from './door/come-again.ts'
import {
  connectionLimits,
  PATIENCE,
  type Patience,
  refuseExpectations,
  refuseWithoutHost,
  tooSlow,
} from './door/connection-limits.ts'
import { type Load, NO_LOAD } from './door/judge-load.ts'
import type { RateLimit } from './door/rate-limit.ts'
import { shedLesser } from './door/shed-load.ts'
import { soManyASecond } from './door/so-many-a-second.ts'
import { trustedProxies } from './door/trusted-proxies.ts'
import type { Door } from './door/verify-delivery.ts'
import { finishRequests } from './finish-requests.ts'
import { addKillSwitch } from './kill-switch-routes.ts'
import { logRefusal } from './log-answers.ts'
import { observeTaken } from './observe-taken.ts'
import { type Authenticate, addOperatorScope } from './operators/operator-scope.ts'
import { addQueueBoard } from './operators/queue-board.ts'
import { keepRawBodies } from './read-body.ts'
import { type AnswerReview, addReview } from './review-route.ts'
import { addIncidents, addWebhooks, WEBHOOKS } from './routes.ts'
import type { Taken } from './step.ts'
import { traceWebhooks } from './trace-webhooks.ts'

export interface ServerSettings {
  acceptance: Acceptance
  redis: Redis
  door: Door
  /** Those that operators may look at. */
  queues: readonly Queue[]
  review: AnswerReview
  authenticate: Authenticate
  /** From the signal on: webhooks are sent away, and what is under way is finished. */
  isStopping(): boolean
  metrics: Metrics
  log: Log
  tracing?: Tracing
  /** None where it is left out. */
  rateLimit?: RateLimit
  /** How much there is to do; never too much where it is left out. */
  load?(): Load
  patience?: Patience
  /** Whose X-Forwarded-For is believed; nobody's where it is left out. */
  proxies?: readonly string[]
}

/** Lines a second of one code: who is refused can come as often as they like. */
const STRANGERS_LOGGED = 10

/** What goes wrong only once it is proven who sends. With anything else a stranger can be refused. */
const OF_PROVEN: ReadonlySet<ProblemCode> = new Set([
  ...(['body_not_form', 'body_not_json', 'json_too_complex', 'nothing_understood'] as const),
  ...(['redis_unavailable', 'incident_contended', 'internal_error'] as const),
])

/** Of an incident id (128) and more, so that a longer one is answered as unknown. */
const LONGEST_PARAMETER = 1024

/** What fastify itself refuses, in our codes. */
const FASTIFY_PROBLEMS: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_empty',
}

const DETAILS: Partial<Record<ProblemCode, string>> = {
  body_too_large: `the body is larger than ${BODY_LIMIT_BYTES} bytes: split the batch or leave screenshots out`,
  content_type_unsupported: 'send the payload with content-type: application/json',
}

const nowhere = (): never => {
  throw new Problem('route_unknown', 'there is nothing at this address: webhooks go to POST /webhooks/<source>')
}

const asProblem = (error: FastifyError, request_id: string): Problem => {
  if (error instanceof Problem) return error
  const code = FASTIFY_PROBLEMS[error.code]
  if (code) return new Problem(code, DETAILS[code] ?? error.message)
  if (error.statusCode && error.statusCode < 500) return new Problem('request_invalid', error.message)
  // There is no usable connection: the accept was not confirmed, so the sender must try again.
  if (redisErrorKind(error) !== 'other')
    return new Problem('redis_unavailable', 'Redis does not answer: nothing was acknowledged')
  return new Problem('internal_error', 'the request failed; the log line with this request_id says why', { request_id })
}

export const createServer = ({
  acceptance,
  redis,
  door,
  queues,
  review,
  authenticate,
  isStopping,
  metrics,
  log,
  tracing,
  rateLimit,
  load = () => NO_LOAD,
  patience = PATIENCE,
  proxies = [],
}: ServerSettings): FastifyInstance => {
  const mayTell = soManyASecond<ProblemCode>(STRANGERS_LOGGED)
  const refuse = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const { id: request_id, routeOptions } = request
    const problem = tooSlow(request.raw) ?? asProblem(error, request_id)
    const [route, latency_ms] = [routeOptions.url, Math.round(reply.elapsedTime)]
    const refused = { request_id, route, status: problem.status, latency_ms, error_code: problem.code }
    const failed = problem.status >= 500 && problem.code !== 'shutting_down'
    // Counted all the same; sending away is logged when it begins and ends.
    const isTold = (failed || route === WEBHOOKS) && !(problem instanceof ComeAgain)
    if (isTold && (OF_PROVEN.has(problem.code) || mayTell(problem.code))) {
      if (!failed) logRefusal(problem, request.params, acceptance.policies(), refused, log)
      else
        log.event(problem.code === 'redis_unavailable' ? 'redis_error' : 'request_failed', { ...refused, err: error })
    }
    if (problem.retryAfter !== null) reply.header('retry-after', problem.retryAfter)
    return reply.code(problem.status).type('application/problem+json').send(problem.toDocument())
  }
  const app = Fastify({
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: proxies.length > 0 && trustedProxies(proxies),
    ...connectionLimits(patience),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // What the router refuses before any route is reached.
    frameworkErrors: (error, request, reply) => {
      refuse(error, request, reply)
    },
  })
  refuseExpectations(app.server)
  keepRawBodies(app)
  finishRequests(app)
  app.setNotFoundHandler(nowhere)
  // Before a body is read: nobody waits for one there.
  app.addHook('onRequest', ({ is404, raw }, _reply, done) => {
    refuseWithoutHost(raw)
    if (is404) nowhere()
    done()
  })
  app.setErrorHandler<FastifyError>(refuse)
  app.addHook('onResponse', ({ routeOptions, method }, { statusCode, elapsedTime }, done) => {
    // Of what leads nowhere the method is a stranger's choice among some thirty, and each would be a label.
    const { url: route = 'unknown' } = routeOptions
    const labels = { route, method: routeOptions.url ? method : 'unknown', code: statusCode }
    metrics.httpRequestDuration.observe(labels, elapsedTime / 1000)
    done()
  })
  documentApi(app)
  beginAtZero(metrics)
  if (tracing) traceWebhooks(app, tracing)
  const observed: Acceptance = {
    ...acceptance,
    admit: (source, readings) => shedLesser(source, readings, load()),
    observe: (taken: Taken) => observeTaken(taken, metrics, log),
  }
  // Once the document listens for routes.
  app.register(async (api) => {
    addProbes(api, { checks: standardChecks(redis, acceptance.policies, isStopping), metrics })
    addWebhooks(api, observed, { door, isStopping, metrics, log, tracing, rateLimit, load })
    addOperatorScope(api, { authenticate, metrics, log }, (operators) => {
      addIncidents(operators, acceptance)
      addKillSwitch(operators, acceptance.ledger.stops, log)
      addReview(operators, review, metrics, log)
      addQueueBoard(operators, queues)
      serveDocs(operators)
    })
  })
  return app
}
