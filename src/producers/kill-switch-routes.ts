/** `GET` and `PUT /kill-switch`: what is stopped, and the orders to stop and resume, as the command line gives them. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { StopOrder } from '../shared/contracts/stop.ts'
import type { Stops } from '../shared/ledger/stops.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { parseSigned } from './operators/parse-signed.ts'

const Order = StopOrder.extend({ engaged: z.boolean('true to stop, false to resume') })

export const addKillSwitch = (app: FastifyInstance, stops: Stops, log: Log): void => {
  app.get('/kill-switch', () => stops.inForce())
  app.put('/kill-switch', { config: { role: 'operator' } }, async (request) => {
    const { engaged, ...order } = parseSigned(Order, request.body, request.operator, 'kill_switch_invalid')
    const at = new Date().toISOString()
    if (engaged) {
      const { changed, stop } = await stops.engage(order, at)
      log.event('stop_ordered', { request_id: request.id, ...order, changed })
      return { scope: order.scope, engaged, changed, ...stop }
    }
    const { changed, released } = await stops.lift(order, at)
    log.event('resume_ordered', { request_id: request.id, ...order, changed, released })
    return { scope: order.scope, engaged, changed, released }
  })
}
