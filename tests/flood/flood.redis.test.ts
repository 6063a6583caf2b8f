/** A short flood on real processes: what `npm run flood` plays for a minute. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, inject, onTestFinished, test } from 'vitest'
import { flood } from './flood.ts'
import { violations } from './judge.ts'

test('nothing accepted is lost in a flood, and the urgent pass it', { timeout: 180_000 }, async () => {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
  onTestFinished(() => redis.disconnect())
  const settings = { installation: `flood-${randomUUID()}`, seconds: 3, measureSeconds: 1 }
  const outcome = await flood(redis, inject('redisUrl'), settings)
  // In seconds memory only shows what is compiled and loaded.
  expect(violations({ ...outcome, memory: {} })).toEqual([])
  expect(outcome.urgent.refused).not.toHaveProperty('503 overloaded')
  expect(outcome.poured.counts).toMatchObject({ 200: expect.any(Number), 401: expect.any(Number) })
})
