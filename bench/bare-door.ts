/** The bare door: a fastify route that adds one BullMQ job with the raw body. The floor of what accepting can cost. */
import { Queue } from 'bullmq'
import Fastify from 'fastify'
import { loadConfig } from '../src/shared/config.ts'
import { connectProducer, whenReady } from '../src/shared/queue/redis.ts'
import { keyPrefix } from '../src/shared/queue/stage-queues.ts'

const { REDIS_URL = '', HOST, PORT, QUEUE_PREFIX } = loadConfig()
const redis = connectProducer(REDIS_URL)
await whenReady(redis)
const queue = new Queue('bare', { connection: redis, prefix: keyPrefix(QUEUE_PREFIX) })
const app = Fastify()
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, raw, done) => done(null, raw))
app.get('/readyz', () => ({ status: 'ready' }))
app.get('/metrics', () => {
  const { user, system } = process.cpuUsage()
  return `process_cpu_seconds_total ${(user + system) / 1e6}\n`
})
app.post('/webhooks/grafana', async (request, reply) => {
  const { id } = await queue.add('incident', { raw: request.body })
  return reply.code(202).send({ id })
})
await app.listen({ host: HOST, port: PORT })
process.on('SIGTERM', () => process.exit())
