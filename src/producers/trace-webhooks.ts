/** Makes each webhook the beginning of a trace, in which the jobs that come of it then are. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Tracing } from '../shared/telemetry/tracing.ts'
import { WEBHOOKS } from './routes.ts'

export const traceWebhooks = (app: FastifyInstance, { begin }: Tracing): void => {
  const ends = new WeakMap<FastifyRequest, (status: number) => void>()
  // Not before the body has been read: what reads it goes on outside of any context.
  app.addHook('preHandler', (request, _reply, done) => {
    const { url = '' } = request.routeOptions
    if (url === WEBHOOKS) ends.set(request, begin(request.method, url, done))
    else done()
  })
  app.addHook('onResponse', async (request, { statusCode }) => ends.get(request)?.(statusCode))
}
