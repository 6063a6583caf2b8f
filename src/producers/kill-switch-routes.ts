/** `GET` and `PUT /kill-switch`: what is stopped, and the orders to stop and resume, as the command line gives them. */
import type { FastifyInstance } from 'fastify'
import { type SwitchAnswer, SwitchOrder } from '../shared/contracts/stop.ts'
import type { Stops } from '../shared/ledger/stops.ts'
import { Problem } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { parseBody } from './read-body.ts'

const parseOrder = (raw: unknown): SwitchOrder => {
  const order = SwitchOrder.safeParse(parseBody(raw).body)
  if (order.success) return order.data
  const problems = order.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Problem('kill_switch_invalid', problems.join('; '))
}

export const addKillSwitch = (app: FastifyInstance, stops: Stops, log: Log): void => {
  app.get('/kill-switch', () => stops.inForce())
  app.put('/kill-switch', async (request): Promise<SwitchAnswer> => {
    const { engaged, ...order } = parseOrder(request.body)
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
