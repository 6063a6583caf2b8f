/** The handshake of CloudEvents over HTTP: a sender asks first whether its events are wanted here. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../shared/problem.ts'

/** Grants what was asked for; whether a delivery is genuine shows when it comes. */
export const addCloudEventsHandshake = (app: FastifyInstance): void => {
  app.options('/webhooks/cloudevents', async ({ headers }, reply) => {
    const [origin, rate] = [headers['webhook-request-origin'], headers['webhook-request-rate']]
    if (typeof origin !== 'string' || origin === '')
      throw new Problem('request_invalid', 'webhook-request-origin is missing: name the system that will send events')
    if (rate !== undefined) reply.header('webhook-allowed-rate', rate)
    return reply.header('webhook-allowed-origin', origin).header('allow', 'POST').send()
  })
}
