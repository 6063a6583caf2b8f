/** Twenty emergency stops at random moments, with four worker processes under load: nothing passes, and nothing is lost. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Load, openLoad } from '../bench/stop-load.ts'
import { stopRun } from '../bench/stop-run.ts'

const MINUTES = 60_000
const url = inject('redisUrl')
const redis = new Redis(url, { maxRetriesPerRequest: null })
const workers: Awaited<ReturnType<Load['startWorker']>>[] = []
let load: Load

beforeAll(async () => {
  load = await openLoad(redis, url, `stop-${randomUUID()}`)
  for (let n = 0; n < 4; n++) workers.push(await load.startWorker())
}, 3 * MINUTES)
afterAll(async () => {
  await Promise.all(workers.map(({ stop }) => stop()))
  await load.close()
  redis.disconnect()
})

const SCOPES = ['global', 'class:high_memory_usage', 'service:appointments-api', 'action:restart_pod']

test.each(Array.from({ length: 20 }, (_, n) => [n + 1, SCOPES[n % SCOPES.length] ?? '']))(
  'run %i: %s',
  { timeout: 3 * MINUTES },
  async (_n, scope) => {
    const run = await stopRun(redis, load, scope)
    expect(run.after).toBe(0)
    expect(run.held).toBeGreaterThan(0)
    if (scope !== 'global') expect(run.others_after).toBeGreaterThan(0)
    expect(run.wrong).toEqual([])
  },
)
