/** The counters of the rate limit over a real Redis: shared by replicas, never beyond the limit, and seldom asked for. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { redisPermits } from './redis-permits.ts'

const redis = new Redis(inject('redisUrl'))
afterAll(() => redis.disconnect())

const WINDOW_MS = 60_000
const prefix = () => `permits-${randomUUID()}:`
const replica = (at: string) => new (redisPermits(redis, at))()

const countOf = (store: ReturnType<typeof replica>, max: number, windowMs = WINDOW_MS) =>
  new Promise<{ current: number; ttl: number }>((resolve, reject) => {
    store.incr('grafana:192.0.2.1', (error, counted) => (counted ? resolve(counted) : reject(error)), windowMs, max)
  })

test.each([
  [3, 1],
  [100, 1],
  [600, 6],
  [3000, 30],
  [100_000, 32],
])('of a limit of %i replicas take %i at a time: never more in all, and hardly less', async (max, several) => {
  const asked = vi.spyOn(redis, 'eval')
  onTestFinished(() => asked.mockRestore())
  const at = prefix()
  const replicas = [replica(at), replica(at), replica(at)]
  const counts = Math.min(max, 3000) + 3 * several
  const taken: number[] = []
  for (let n = 0; n < counts; n++) taken.push((await countOf(replicas[n % 3] as (typeof replicas)[0], max)).current)
  expect(new Set(taken).size).toBe(counts)
  const letIn = taken.filter((current) => current <= max).length
  expect(letIn).toBeLessThanOrEqual(max)
  expect(letIn).toBeGreaterThan(Math.min(max, counts) - 3 * several)
  expect(asked.mock.calls.length).toBeLessThanOrEqual(Math.ceil(counts / several) + 3)
})

test('many at once wait for one answer, and each is counted once', async () => {
  const asked = vi.spyOn(redis, 'eval')
  onTestFinished(() => asked.mockRestore())
  const store = replica(prefix())
  const counted = await Promise.all(Array.from({ length: 100 }, () => countOf(store, 1000)))
  expect(counted.map(({ current }) => current).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, n) => n + 1),
  )
  expect(asked).toHaveBeenCalledTimes(10)
})

test('nothing of a window is spent in the next', async () => {
  const at = prefix()
  const store = replica(at)
  expect(await countOf(store, 1000, 50)).toMatchObject({ current: 1 })
  await vi.waitFor(async () => expect(await redis.exists(`${at}grafana:192.0.2.1`)).toBe(0))
  expect(await countOf(store, 1000)).toMatchObject({ current: 1 })
  const { ttl } = await countOf(store, 1000)
  expect(ttl).toBeGreaterThan(0)
  expect(ttl).toBeLessThanOrEqual(WINDOW_MS)
})

test('counts nothing while Redis does not answer, and goes on once it does', async () => {
  const broken = vi.spyOn(redis, 'eval').mockRejectedValueOnce(new Error('Connection is closed.'))
  onTestFinished(() => broken.mockRestore())
  const store = replica(prefix())
  const both = await Promise.allSettled([countOf(store, 1000), countOf(store, 1000)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await countOf(store, 1000)).toMatchObject({ current: 1 })
})
