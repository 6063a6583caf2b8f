/** `redis_up` when Redis comes back behind something that took connections all the time, as a proxy does. */
import { once } from 'node:events'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import { connectWorker } from '../src/shared/queue/redis.ts'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'
import { watchRedis } from '../src/shared/telemetry/watch-redis.ts'
import { openFaultyNetwork } from './faults/harness/faulty-network.ts'

it('is 1 again, though it was asked for over a connection that came to nothing', async () => {
  const { hostname: host, port } = new URL(inject('redisUrl'))
  const network = await openFaultyNetwork({ host, port: Number(port) })
  network.fallSilent()
  const redis = connectWorker(`redis://127.0.0.1:${network.port}`).on('error', () => {})
  await once(redis, 'connect')
  const metrics = createMetrics('test')
  const unwatch = watchRedis(redis, 'worker', metrics)
  onTestFinished(async () => {
    unwatch()
    redis.disconnect()
    await network.close()
  })
  const up = async () => (await metrics.redisUp.get()).values[0]?.value
  await vi.waitFor(async () => expect(await up()).toBe(0), { timeout: 10_000 })
  network.heal()
  await vi.waitFor(async () => expect(await up()).toBe(1), { timeout: 30_000 })
})
