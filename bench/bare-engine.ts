/** The bare engine: three queues with no-op processors, each adding the next job and then completing. The floor. */
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { JOB_OPTIONS, keyPrefix } from '../src/shared/queue/stage-queues.ts'

const STAGES = ['bare-1', 'bare-2', 'bare-3'] as const

export const bareEngine = (redis: Redis, installation: string, concurrency: number) => {
  const options = { connection: redis, prefix: keyPrefix(installation) }
  const queues = STAGES.map((name) => new Queue(name, options))
  const [first] = queues as [Queue, ...Queue[]]
  return {
    feed: async (n: number) => {
      await first.add(
        'incident',
        { schema: 1, incident_id: `HM-${n}` },
        { ...JOB_OPTIONS, attempts: 5, jobId: `HM-${n}` },
      )
    },
    start: (onDone: (n: number) => void) => {
      const workers = STAGES.map((name, position) => {
        const next = queues[position + 1]
        return new Worker(
          name,
          async (job) => {
            await next?.add('incident', job.data, { ...JOB_OPTIONS, attempts: 5, jobId: job.id ?? '' })
          },
          { ...options, concurrency },
        )
      })
      workers.at(-1)?.on('completed', (job) => onDone(Number((job.id ?? '').slice(3))))
      return async () => {
        await Promise.all(workers.map((worker) => worker.close()))
      }
    },
    close: () => Promise.all(queues.map((queue) => queue.close())),
  }
}
