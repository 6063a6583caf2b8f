/** A job in which somebody wrote what BullMQ cannot read: its incident goes on, no other suffers, and the gauges see all. */
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { openPipeline } from '../../../tests/support/pipeline.ts'
import { eventually } from '../../../tests/support/processes.ts'
import { StageName } from '../contracts/audit-record.ts'
import { sampleInstallation } from '../ledger/installation-sample.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

it.each([
  ['opts', 'no JSON'],
  ['opts', 'null'],
  ['progress', 'no JSON'],
  ['parent', 'no JSON'],
  ['parent', 'null'],
  ['parent', ''],
  ['parent', '{"id":"x","queueKey":"elsewhere"}'],
  ['parentKey', 'elsewhere:x'],
  ['rjk', 'daily'],
  ['rjk', 'a:b:c:d:e'],
])('%s is %s', async (field, text) => {
  const installation = `unreadable-${field}-${text.length}`
  const { ledger, queues, accept, work, balanced } = await openPipeline(redis, installation)
  // One is fetched for itself, the next with the end of the one before.
  const ids = [await accept('a'), await accept('b'), await accept('c')]
  for (const id of ids.slice(0, 2)) await redis.hset(`{${installation}}:normalize:${id}`, field, text)
  const { queues: sampled } = await sampleInstallation(redis, ledger.keys)
  expect(sampled[0]).toMatchObject(['normalize', { waiting: 3 }])

  const errors: Error[] = []
  for (const stage of StageName.options) work(stage).on('error', (error) => errors.push(error))
  const statuses = () => Promise.all(ids.map(async (id) => (await ledger.readRecord(id))?.status))
  await eventually(async () => expect(await statuses()).toEqual(ids.map(() => 'awaiting_review')))
  expect(errors).toEqual([])
  const left = queues.normalize.getJobCounts('active', 'completed', 'delayed', 'failed', 'wait')
  expect(await left).toEqual({ active: 0, completed: 0, delayed: 0, failed: 0, wait: 0 })
  await balanced()
})
