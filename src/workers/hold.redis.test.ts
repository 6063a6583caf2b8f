/** What comes between the commit that meets an emergency stop and the step that puts its job off: real Redis, real workers. */
import { Redis } from 'ioredis'
import { afterAll, expect, inject, it, onTestFinished } from 'vitest'
import { openPipeline } from '../../tests/support/pipeline.ts'
import { eventually } from '../../tests/support/processes.ts'
import { chain, contentDigests } from '../shared/audit/record.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { startStageWorker } from './stage-worker.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
afterAll(() => redis.disconnect())

/** The first to read a record, which is who puts a job off, does not learn what happens meanwhile. */
class Meanwhile extends IncidentLedger {
  happens: ((id: string) => Promise<unknown>) | null = null

  override async readRecord(...[id]: Parameters<IncidentLedger['readRecord']>) {
    const read = await super.readRecord(id)
    const { happens } = this
    this.happens = null
    await happens?.(id)
    return read
  }
}

const order = { scope: 'global', by: 'anna', reason: 'restarts make it worse' }
const now = () => new Date().toISOString()

let installations = 0
/** One incident and a worker for it, while everything is stopped. */
const open = async (happens: (ledger: IncidentLedger, id: string) => Promise<unknown> = async () => {}) => {
  const installation = `hold-${process.pid}-${++installations}`
  const { ledger, accept, queues, context, metrics, log } = await openPipeline(redis, installation)
  const id = await accept()
  await ledger.stops.engage(order, now())
  const own = new Meanwhile(redis, installation)
  own.happens = (of) => happens(ledger, of)
  const settings = { redis, installation, concurrency: 1, metrics, log }
  const worker = startStageWorker('normalize', { ...settings, context: { ...context, ledger: own } })
  onTestFinished(() => worker.close())
  return {
    ...{ id, ledger, queue: queues.normalize },
    failed: new Promise((resolve) => worker.on('error', resolve)),
    held: async () => (await ledger.stops.sample()).held,
    status: async () => (await ledger.readRecord(id))?.status,
    events: async () => {
      const read = await ledger.read(id)
      expect(read && verifyChain(read.trace, read.incident).problem).toBeNull()
      return read?.trace.map(({ event }) => event)
    },
  }
}

it('is not put off when the stop is lifted meanwhile', async () => {
  const { held, status, events } = await open((ledger) => ledger.stops.lift(order, now()))
  await eventually(async () => expect(await status()).toBe('readiness'))
  expect(await held()).toBe(0)
  expect(await events()).toEqual(['webhook_received', 'incident_event_normalized'])
})

it('is put off on what is recorded by then, not on what was', async () => {
  const { held, events } = await open(async (ledger, incident_id) => {
    const incident = await ledger.readRecord(incident_id)
    if (!incident) throw new Error(incident_id)
    const attached = {
      at: now(),
      incident_id,
      event: 'source_attached' as const,
      stage: 'accept' as const,
      actor: 'api:test',
      ...contentDigests({}, {}),
      decision_diff: {},
      policy_digest: null,
    }
    const { records, head } = chain(incident, [attached])
    const nothing = { listed_at: null, repeats: 0, unchanged: [], listed_under: [], counts: {} }
    await ledger.apply({ ...nothing, incident_id, expected_head: incident.head, records, fields: toFields(head) }, null)
  })
  await eventually(async () => expect(await held()).toBe(1))
  expect(await events()).toEqual(['webhook_received', 'source_attached', 'kill_switch_blocked'])
})

it('is not put off by a worker whose lock is gone', async () => {
  const { failed, held, events } = await open((ledger, id) => redis.del(`${ledger.keys.prefix}normalize:${id}:lock`))
  await failed
  expect(await held()).toBe(0)
  expect(await events()).toEqual(['webhook_received'])
})

it('is held no longer once it goes on by itself, whoever lifted the stop', async () => {
  const { id, ledger, queue, held, status } = await open()
  await eventually(async () => expect(await held()).toBe(1))
  await redis.hdel(ledger.keys.stops, order.scope)
  await (await queue.getJob(id))?.promote()
  await eventually(async () => expect(await status()).toBe('readiness'))
  expect(await held()).toBe(0)
})
