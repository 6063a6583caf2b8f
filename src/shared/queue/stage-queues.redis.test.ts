/** What is added with these arguments is what BullMQ itself would have added, also where it built them for another job. */
import { createRequire } from 'node:module'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { addJobCommand, JOB_OPTIONS, openQueue } from './stage-queues.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const scripts = createRequire(import.meta.url)('bullmq/dist/cjs/scripts')
const NOW = 1779018150123

const open = (installation: string) => {
  const queue = openQueue('readiness', redis, installation)
  onTestFinished(() => queue.close())
  return queue
}

it.each([
  ['at once', 0, NOW],
  ['behind the urgent', 4, NOW],
  ['later', 0, NOW + 60_000],
])('a job that begins %s', async (_, priority, runAt) => {
  const [queue, own] = [open(`added-${priority}-${runAt}`), open(`added-by-bullmq-${priority}-${runAt}`)]
  for (const id of ['HM-2026-05-17-01', 'AN-ID-that-is-much-longer-than-the-first-one-0123456789', 'HM-x']) {
    const { command, arguments: given } = await addJobCommand(queue.backend, id, NOW, runAt, undefined, priority)
    const { content, keys } = scripts[command]
    expect(await redis.eval(content, keys, ...given)).toBe(id)
    await own.add(
      'incident',
      { schema: 1, incident_id: id },
      {
        ...{ ...JOB_OPTIONS, attempts: 5, jobId: id, timestamp: NOW },
        ...(priority > 0 && { priority }),
        ...(runAt > NOW && { delay: runAt - NOW }),
      },
    )
    const [job, same] = [await queue.getJob(id), await own.getJob(id)]
    // BullMQ repeats the id and the time among the options, and reads them from there nowhere.
    const { jobId, timestamp, ...opts } = same?.opts ?? {}
    expect(job?.asJSON()).toEqual({ ...same?.asJSON(), opts: job?.asJSON().opts })
    expect(job?.opts).toEqual(opts)
    expect(await job?.getState()).toBe(await same?.getState())
  }
  expect(await queue.getJobCounts()).toEqual(await own.getJobCounts())
})
