/** A server that closes goes on listening until the requests under way are answered, so that its probes can say so. */
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** `app` must answer while it closes (`return503OnClosing: false`). */
export const finishRequests = (app: FastifyInstance): void => {
  /** By connection: of answers that wait behind another, Node tells no end when their connection goes. */
  const underWay = new Map<Socket, number>()
  const known = new WeakSet<Socket>()
  let finished = () => {}
  const keep = (socket: Socket, count: number) => {
    if (count > 0) underWay.set(socket, count)
    else underWay.delete(socket)
    if (underWay.size === 0) finished()
  }
  app.addHook('onRequest', ({ socket }, { raw }, done) => {
    if (!known.has(socket)) socket.once('close', () => keep(socket, 0))
    known.add(socket)
    keep(socket, (underWay.get(socket) ?? 0) + 1)
    raw.once('close', () => keep(socket, (underWay.get(socket) ?? 0) - 1))
    done()
  })
  app.addHook('preClose', async () => {
    if (underWay.size > 0)
      await new Promise<void>((resolve) => {
        finished = resolve
      })
  })
}
