/** What can never succeed ends in a verdict, or at least ends: real Redis, real workers, a ledger somebody wrote in. */
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const open = async (installation: string) => {
  const pipeline = await openPipeline(redis, installation)
  return { ...pipeline, id: await pipeline.accept() }
}

it('dead-letters an incident whose stored output is not the one its audit record names', async () => {
  const { ledger, queues, metrics, work, id } = await open('dl-tampered')
  work('normalize')
  await eventually(async () => expect((await ledger.readRecord(id))?.status).toBe('readiness'))
  const key = ledger.keys.incident(id)
  const decision = (await redis.hget(key, 'decision:normalize')) ?? ''
  await redis.hset(key, 'decision:normalize', decision.replaceAll('appointments-api', 'billing-api'))
  work('readiness')
  await eventually(async () => expect((await ledger.readRecord(id))?.status).toBe('dead_lettered'))
  const read = await ledger.read(id, 'none')
  expect(read?.incident.verdict).toMatchObject({ verdict: 'dead_lettered', stage: 'readiness' })
  expect(read?.trace.at(-1)).toMatchObject({
    event: 'dead_lettered',
    decision_diff: { reason: [null, 'the stored output of normalize is not the one its audit record names'] },
  })
  expect(read && verifyChain(read.trace, read.incident)).toEqual({ intact: true, problem: null })
  expect(await ledger.accounting()).toMatchObject({ received: 1, in_flight: 0, 'verdict:dead_lettered': 1 })
  expect(await queues.readiness.getFailedCount()).toBe(1)
  const counted = ['verdicts_total{verdict="dead_lettered"} 1', 'e2e_duration_seconds_count{outcome="dead_lettered"} 1']
  await eventually(async () => {
    const exported = await metrics.registry.metrics()
    for (const one of counted) expect(exported).toContain(one)
  })
})

it('fails the job of a record nobody can read, instead of taking it up for ever', async () => {
  const { ledger, queues, work, id } = await open('dl-unreadable')
  await redis.hset(ledger.keys.incident(id), 'sightings', '{not json')
  work('normalize')
  await eventually(async () => expect(await queues.normalize.getFailedCount()).toBe(1))
  expect(await queues.normalize.getJobCounts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 })
})

it('fails a job that names no incident, at its first attempt', async () => {
  const { queues, work } = await open('dl-poison')
  await queues.readiness.add('incident', { schema: 1, incident_id: 'active' }, { attempts: 5 })
  work('readiness')
  await eventually(async () => expect(await queues.readiness.getFailedCount()).toBe(1))
  const [job] = await queues.readiness.getFailed()
  expect(job).toMatchObject({ attemptsMade: 1 })
})
