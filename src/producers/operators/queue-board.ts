/**
 * `/queues`: Bull Board, to look at jobs and to change nothing. Interlock accounts for every job: one that is retried, promoted
 * or removed by hand would be in no count and in no trace. `interlock redrive`, `stop` and `resume` are how to act.
 */
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { FastifyAdapter } from '@bull-board/fastify'
import helmet from '@fastify/helmet'
import type { Queue } from 'bullmq'
import type { FastifyInstance } from 'fastify'

const QUEUES = '/queues'

/** Without its routes that do more than read, and with errors that are answered like all others. */
class ReadingAdapter extends FastifyAdapter {
  override setApiRoutes(routes: Parameters<FastifyAdapter['setApiRoutes']>[0]) {
    return super.setApiRoutes(routes.filter(({ method }) => method === 'get'))
  }
  override setErrorHandler() {
    return super.setErrorHandler((error) => {
      throw error
    })
  }
}

/** Everything from here, and nothing from anywhere else: its fonts would tell another host who looks at what. */
const CONTENT = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'self'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

export const addQueueBoard = (operators: FastifyInstance, queues: readonly Queue[]): void => {
  const serverAdapter = new ReadingAdapter().setBasePath(QUEUES)
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Interlock' } },
  })
  operators.register(async (board) => {
    await board.register(helmet, { contentSecurityPolicy: CONTENT })
    await board.register(serverAdapter.registerPlugin(), { prefix: QUEUES })
  })
}
