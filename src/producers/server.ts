/** Assembles the webhook API: parsers, errors, probes, routes. */
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { Problem, type ProblemCode } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { addProbes, standardChecks } from '../shared/telemetry/probes.ts'
import { redisErrorKind } from '../shared/telemetry/redis-error-kind.ts'
import type { Acceptance } from './accept-alert.ts'
import { finishRequests } from './finish-requests.ts'
import { addKillSwitch } from './kill-switch-routes.ts'
import { observeTaken } from './observe-taken.ts'
import { BODY_LIMIT_BYTES, keepRawBodies } from './read-body.ts'
import { type AnswerReview, addReview } from './review-route.ts'
import { addIncidents, addWebhooks } from './routes.ts'
import type { Taken } from './step.ts'

export interface ServerSettings {
  acceptance: Acceptance
  redis: Redis
  review: AnswerReview
  /** From the signal on: webhooks are sent away, and what is under way is finished. */
  isStopping(): boolean
  metrics: Metrics
  log: Log
}

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

const asProblem = (error: FastifyError): Problem => {
  if (error instanceof Problem) return error
  const code = FASTIFY_PROBLEMS[error.code]
  if (code) return new Problem(code, DETAILS[code] ?? error.message)
  if (error.statusCode && error.statusCode < 500) return new Problem('request_invalid', error.message)
  // There is no usable connection: the accept was not confirmed, so the sender must try again.
  if (redisErrorKind(error) !== 'other')
    return new Problem('redis_unavailable', 'Redis does not answer: nothing was acknowledged')
  return new Problem('internal_error', 'the request failed; the log line with this request has the reason')
}

export const createServer = ({
  acceptance,
  redis,
  review,
  isStopping,
  metrics,
  log,
}: ServerSettings): FastifyInstance => {
  const refuse = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const problem = asProblem(error)
    if (problem.status >= 500)
      log.event(problem.code === 'redis_unavailable' ? 'redis_error' : 'request_failed', {
        route: request.routeOptions.url,
        status: problem.status,
        error_code: problem.code,
        err: error,
      })
    if (problem.status === 503) reply.header('retry-after', '5')
    return reply.code(problem.status).type('application/problem+json').send(problem.toDocument())
  }
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // What the router refuses before any route is reached.
    frameworkErrors: (error, request, reply) => {
      refuse(error, request, reply)
    },
  })
  keepRawBodies(app)
  finishRequests(app)
  app.setNotFoundHandler(() => {
    throw new Problem('route_unknown', 'there is nothing at this address: webhooks go to POST /webhooks/<source>')
  })
  app.setErrorHandler<FastifyError>(refuse)
  app.addHook('onResponse', async ({ routeOptions, method }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? 'unknown'
    metrics.httpRequestDuration.observe({ route, method, code: statusCode }, elapsedTime / 1000)
  })
  addProbes(app, { checks: standardChecks(redis, acceptance.policies, isStopping), metrics })
  const observed = { ...acceptance, observe: (taken: Taken) => observeTaken(taken, metrics, log) }
  addWebhooks(app, observed, { isStopping, metrics, log })
  addIncidents(app, acceptance)
  addKillSwitch(app, acceptance.ledger.stops, log)
  addReview(app, review, metrics, log)
  return app
}
