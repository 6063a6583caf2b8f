/** The look at every chain against a real Redis: in slices, from where the last one ended, and what it finds is seen. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { watchInstallation } from '../shared/telemetry/watch-installation.ts'
import { verifyChains } from './verify-chains.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async (count: number) => {
  const pipeline = await openPipeline(redis, `chains-${randomUUID()}`)
  const { ledger, accept } = pipeline
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await accept(`pod-${n}`))
  const logged: unknown[] = []
  const log = { event: (_: string, fields: { incident_id: string }) => logged.push(fields.incident_id) }
  return {
    ...{ ledger, ids, logged },
    round: (ms?: number) => verifyChains(redis, ledger, log as unknown as Log, ms),
    state: () => redis.hgetall(ledger.keys.chains),
    gauges: async () => {
      const metrics = createMetrics('test')
      const end = watchInstallation(redis, ledger.keys, metrics)
      await eventually(async () => expect((await metrics.queueSampled.get()).values).toHaveLength(3))
      end()
      const text = await metrics.registry.metrics()
      return text.match(/^interlock_audit_chain_.*$/gm) ?? []
    },
  }
}

test('goes on from where the last round ended, says nothing before it has seen all, and then when', async () => {
  const { round, state, gauges } = await open(250)
  expect(await gauges()).toEqual([])
  await round(0)
  expect(await state()).toMatchObject({ cursor_id: expect.any(String), broken_so_far: '0' })
  const { cursor_id: first } = await state()
  expect(await gauges()).toEqual([])
  await round(0)
  expect((await state()).cursor_id).not.toBe(first)
  await round()
  expect(await state()).toEqual({ verified_at: expect.any(String), broken: '0' })
  expect(await gauges()).toEqual([
    expect.stringMatching(/^interlock_audit_chain_verified_timestamp_seconds \d+/),
    'interlock_audit_chain_broken 0',
  ])
})

test('a record that somebody changed is found, named, seen at once, and seen as long as it is so', async () => {
  const { ledger, ids, round, state, gauges, logged } = await open(150)
  const [id = ''] = ids.slice(-1)
  const key = ledger.keys.trace(id)
  const [record = ''] = await redis.lrange(key, 0, 0)
  await redis.lset(key, 0, record.replace('webhook_received', 'source_attached'))
  await round(0)
  expect(logged).toEqual([id])
  expect(await gauges()).toEqual(['interlock_audit_chain_broken 1'])
  await round()
  expect(await state()).toMatchObject({ broken: '1' })
  await redis.lset(key, 0, record)
  await round(0)
  expect((await gauges()).at(-1)).toBe('interlock_audit_chain_broken 1')
  await round()
  expect((await gauges()).at(-1)).toBe('interlock_audit_chain_broken 0')
})
