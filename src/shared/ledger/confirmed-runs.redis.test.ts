/** What a process remembers of first runs holds only as long as the connection over which it found them. */
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { eventually } from '../../../tests/support/processes.ts'
import { ConfirmedRuns, runField } from './confirmed-runs.ts'
import { ledgerKeys } from './keys.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const RUN = { service: 'pay', incident_class: 'high_memory_usage', action: 'restart_pod', run_digest: 'a'.repeat(64) }

it('asks again once Redis was away, which may have lost an approval', async () => {
  const keys = ledgerKeys('confirmed-runs')
  const runs = new ConfirmedRuns(redis, keys)
  await redis.hset(keys.runs, runField(RUN), RUN.run_digest)
  expect(await runs.isConfirmed(RUN)).toBe(true)
  await redis.del(keys.runs)
  expect(runs.isConfirmed(RUN)).toBe(true)
  redis.disconnect(true)
  await eventually(async () => expect(await redis.ping()).toBe('PONG'))
  expect(await runs.isConfirmed(RUN)).toBe(false)
})
