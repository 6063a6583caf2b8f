/** Upkeep goes on whatever is removed from its queue by hand, and whatever a worker with a wrong clock put into it. */
import type { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { eventually } from '../../tests/support/processes.ts'
import { openQueue, UPKEEP_QUEUE } from '../shared/queue/stage-queues.ts'
import { keepRounds } from './keep-rounds.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const HOURS = 3_600_000

/** When each round begins next, where there is a job for it. */
const due = async (upkeep: Queue): Promise<Record<string, number>> =>
  Object.fromEntries((await upkeep.getDelayed()).map((job) => [job.name, job.timestamp + job.delay]))

const ROUNDS = ['expire', 'heartbeat', 'prune', 'reconcile', 'verify']

it.each<[string, (upkeep: Queue) => Promise<unknown>]>([
  ['the whole queue is removed', (upkeep) => upkeep.obliterate({ force: true })],
  [
    'its jobs are removed',
    async (upkeep) => redis.del(...(await upkeep.getDelayed()).map(({ id }) => upkeep.toKey(id ?? ''))),
  ],
  [
    'a worker whose clock is hours ahead has scheduled the next',
    async (upkeep) => {
      const ahead = Date.now() + 3 * HOURS
      for (const name of ROUNDS)
        await upkeep.upsertJobScheduler(name, { every: 24 * HOURS, offset: ahead % (24 * HOURS) }, { name })
    },
  ],
])('each round is due again soon after %s', async (what, harm) => {
  const upkeep = openQueue(UPKEEP_QUEUE, redis, `keep-rounds-${what.length}`)
  const errors: unknown[] = []
  const end = await keepRounds(upkeep, (error) => errors.push(error), 100)
  onTestFinished(async () => {
    end()
    await upkeep.close()
  })
  const soon = async () => {
    const times = await due(upkeep)
    expect(Object.keys(times).sort()).toEqual(ROUNDS)
    for (const at of Object.values(times)) expect(at).toBeLessThan(Date.now() + 61_000)
  }
  await soon()
  await harm(upkeep)
  await expect(soon()).rejects.toThrow()
  await eventually(soon)
  expect(errors).toEqual([])
})

it('leaves the round that waits for its turn', async () => {
  const upkeep = openQueue(UPKEEP_QUEUE, redis, 'keep-rounds-waiting')
  const end = await keepRounds(upkeep, () => {}, 20)
  onTestFinished(async () => {
    end()
    await upkeep.close()
  })
  const [first] = await upkeep.getDelayed()
  await first?.promote()
  const looked = await redis.info('commandstats')
  const looks = (text: string) => Number(/cmdstat_hgetall:calls=(\d+)/.exec(text)?.[1] ?? 0)
  await eventually(async () => expect(looks(await redis.info('commandstats'))).toBeGreaterThan(looks(looked) + 30))
  expect((await upkeep.getWaiting()).map(({ id }) => id)).toEqual([first?.id])
})
