/** The hand-off of several incidents at once, and the terms they share: real Redis, real workers. */
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { decisionEvidence } from '../shared/incident/decision-evidence.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

const statusIs = (ledger: IncidentLedger, id: string, status: string) =>
  eventually(async () => expect((await ledger.readRecord(id))?.status).toBe(status))
const termsOf = async (ledger: IncidentLedger, id: string) => {
  const decision = (await ledger.read(id))?.incident.decisions.readiness
  return { decision, key: ledger.keys.kept(decision?.terms_digest ?? '') }
}

it('keeps what every decision on a class and service depends on once, and puts it back when it is lost', async () => {
  const { ledger, accept, work } = await openPipeline(redis, 'handoff-terms')
  work('normalize')
  work('readiness')
  const [first, second] = [await accept('pod-1'), await accept('pod-2')]
  await statusIs(ledger, first, 'dry-run')
  await statusIs(ledger, second, 'dry-run')
  const [one, other] = [await termsOf(ledger, first), await termsOf(ledger, second)]
  expect(other.key).toBe(one.key)
  expect(decisionEvidence(one.decision).scores).toMatchObject({ security: { score: 5 } })
  expect(decisionEvidence(one.decision).facts).toHaveProperty('stateful')
  expect(await redis.ttl(one.key)).toBeGreaterThan(300 * 86_400)

  await redis.del(one.key)
  await statusIs(ledger, await accept('pod-3'), 'dry-run')
  expect(decisionEvidence((await termsOf(ledger, first)).decision).scores).toMatchObject({ security: { score: 5 } })
})

it('shows nothing of terms that somebody changed', async () => {
  const { ledger, accept, work } = await openPipeline(redis, 'handoff-tampered-terms')
  work('normalize')
  work('readiness')
  const id = await accept()
  await statusIs(ledger, id, 'dry-run')
  const { key } = await termsOf(ledger, id)
  await redis.set(key, ((await redis.get(key)) ?? '').replace('"score":5', '"score":1'))
  expect(decisionEvidence((await termsOf(ledger, id)).decision)).toEqual({ facts: {}, unknown: {}, scores: {} })
})

it('commits each of those that are ready together by itself, whatever is wrong with the others', async () => {
  const { ledger, queues, accept, work } = await openPipeline(redis, 'handoff-together')
  const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => accept(`pod-${n}`)))
  const [broken = '', ...good] = [...ids].reverse()
  await redis.set(ledger.keys.incident(broken), 'not a hash')
  work('normalize', 10)
  for (const id of good) await statusIs(ledger, id, 'readiness')
  await eventually(async () => expect(await queues.readiness.getWaitingCount()).toBe(good.length))
  for (const id of good) {
    const read = await ledger.read(id)
    expect(read && verifyChain(read.trace, read.incident)).toEqual({ intact: true, problem: null })
    expect(read?.trace.map(({ event }) => event)).toEqual(['webhook_received', 'incident_event_normalized'])
  }
  // Only the broken one is still there, failed: no other attempt could help it.
  const left = () => queues.normalize.getJobCounts('active', 'waiting', 'failed', 'delayed')
  await eventually(async () => expect(await left()).toEqual({ active: 0, waiting: 0, failed: 1, delayed: 0 }))
})

it('commits nothing for a worker whose lock is gone, though nobody else has taken the job up', async () => {
  const { ledger, queues, accept, work, context } = await openPipeline(redis, 'handoff-lost-lock')
  const { now } = context
  const id = await accept()
  let isLost: Promise<unknown> | null = null
  context.now = () => {
    isLost ??= redis.del(`${ledger.keys.prefix}normalize:${id}:lock`)
    return now()
  }
  const worker = work('normalize')
  await new Promise((resolve) => worker.on('error', resolve))
  expect(await isLost).toBe(1)
  const read = await ledger.read(id)
  expect(read?.trace.map(({ event }) => event)).toEqual(['webhook_received'])
  expect(read?.incident.status).toBe('normalize')
  expect(await queues.readiness.getWaitingCount()).toBe(0)
})
