/** The part of the API that is for operators: nobody reaches a route in it without a login whose role is enough. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  AUTH_FAILURES,
  type AuthFailure,
  includesRole,
  type Operator,
  type Role,
} from '../../shared/contracts/operator.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { soManyASecond } from '../door/so-many-a-second.ts'
import { Refusal } from './refusal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever was let in; only on routes of the operator scope. */
    operator: Operator
  }
  interface FastifyContextConfig {
    /** The role that the route asks for; of one that only reads, `viewer` where nothing is said. */
    role?: Role
  }
}

/** Who sends this. Rejects with a Refusal. */
export type Authenticate = (request: Pick<FastifyRequest, 'method' | 'headers'>) => Promise<Operator>

interface Scope {
  authenticate: Authenticate
  metrics: Pick<Metrics, 'operatorAuthFailures'>
  log: Log
}

/** Lines a second for one reason, about those of whom nobody knows who they are: they can come as often as they like. */
const STRANGERS_LOGGED = 10

const READS: readonly string[] = ['GET', 'HEAD']

/** Of a browser the password is asked, where that would be enough. */
const challenge = (method: string): string[] => [
  'Bearer realm="interlock"',
  ...(READS.includes(method) ? ['Basic realm="interlock", charset="UTF-8"'] : []),
]

const letIn = async (request: FastifyRequest, authenticate: Authenticate): Promise<void> => {
  request.operator = await authenticate(request)
  const { name, role } = request.operator
  const needed = request.routeOptions.config.role ?? 'viewer'
  if (!includesRole(role, needed)) throw new Refusal('role', `${name} is ${role}: this needs the role ${needed}`)
}

/** What `routes` registers needs a login. A route that does more than read says its role, or nothing starts. */
export const addOperatorScope = (
  app: FastifyInstance,
  { authenticate, metrics, log }: Scope,
  routes: (scope: FastifyInstance) => void,
): void => {
  const mayTell = soManyASecond<AuthFailure>(STRANGERS_LOGGED)
  app.register(async (scope) => {
    const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): never => {
      if (error instanceof Refusal) {
        const { reason, status } = error
        metrics.operatorAuthFailures.inc({ reason: AUTH_FAILURES[reason] })
        const { id: request_id, method, routeOptions, operator } = request
        const who = { by: operator?.name, via: operator?.means }
        if (operator || mayTell(reason))
          log.event('operator_refused', { request_id, route: routeOptions.url, status, reason, ...who })
        if (status === 401) reply.header('www-authenticate', challenge(method))
      }
      throw error
    }
    scope.decorateRequest('operator')
    scope.addHook('onRoute', ({ method, url, config }) => {
      const reads = [method].flat().every((one) => READS.includes(one))
      if (!reads && !config?.role) throw new Error(`${method} ${url} does not say which role it needs`)
    })
    scope.addHook('onRequest', (request, reply) =>
      letIn(request, authenticate).catch((error) => refuse(error, request, reply)),
    )
    routes(scope)
  })
}
