/** A server that closes goes on listening until the requests under way are answered, so that its probes can say so. */
import type { FastifyInstance } from 'fastify'

/** `app` must answer while it closes (`return503OnClosing: false`). */
export const finishRequests = (app: FastifyInstance): void => {
  let underWay = 0
  let finished = () => {}
  app.addHook('onRequest', (_request, { raw }, done) => {
    underWay++
    raw.once('close', () => {
      underWay--
      if (underWay === 0) finished()
    })
    done()
  })
  app.addHook('preClose', async () => {
    if (underWay > 0)
      await new Promise<void>((resolve) => {
        finished = resolve
      })
  })
}
