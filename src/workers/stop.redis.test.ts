/** The emergency stop at the commit: real Redis, real workers, deliveries as they come. */
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { alertmanagerDelivery, grafanaDelivery } from '../../tests/support/faults.ts'
import { PASSED_EVENTS } from '../../tests/support/passed-events.ts'
import { eventually } from '../../tests/support/processes.ts'
import { acceptWebhook } from '../producers/accept-webhook.ts'
import { verifyChain } from '../shared/audit/verify-chain.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import { outsideFlip } from '../shared/incident/outside-flip.ts'
import { imbalance } from '../shared/ledger/accounting.ts'
import { fieldsOf } from '../shared/ledger/incident-fields.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../shared/policy/policy-folder.ts'
import type { Handoff } from '../shared/queue/handoff.ts'
import { handoffBackend } from '../shared/queue/handoff-backend.ts'
import { ReadAhead } from '../shared/queue/read-ahead.ts'
import { keyPrefix, openQueue } from '../shared/queue/stage-queues.ts'
import { findSource } from '../shared/sources/index.ts'
import { createLog } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { deadLetter } from './dead-letter.ts'
import { hold } from './hold.ts'
import { PIPELINE } from './pipeline.ts'
import { runStage, startsFrom } from './run-stage.ts'
import { startStageWorker } from './stage-worker.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => redis.disconnect())

const policies = await loadPolicyFolder('fixtures/policies')
const now = () => new Date().toISOString()

let installations = 0
const open = () => {
  const installation = `stop-${process.pid}-${++installations}`
  const ledger = new IncidentLedger(redis, installation)
  const context = { ledger, policies: () => policies, now, actor: 'worker:test' }
  const metrics = createMetrics('test')
  const queue = openQueue('normalize', redis, installation)
  closing.push(() => queue.close())
  const deliver = async (body: unknown, source = 'grafana') => {
    const delivery = { request_id: 'r', raw: Buffer.from(JSON.stringify(body)), read: () => body, received_at: now() }
    const adapter = findSource(source)
    if (!adapter) throw new Error(source)
    const [answer] = await acceptWebhook(adapter, delivery, { ledger, queue, policies: () => policies })
    return answer?.incident_id ?? ''
  }
  const work = (...stages: StageName[]) => {
    const settings = { redis, installation, concurrency: 5, context, metrics, log: createLog('test', 'silent') }
    for (const stage of stages.length > 0 ? stages : StageName.options) {
      const worker = startStageWorker(stage, settings)
      closing.push(() => worker.close())
    }
  }
  const order = (scope: string) => ({ scope, by: 'anna', reason: 'restarts make it worse' })
  return {
    ...{ installation, ledger, context, deliver, work, metrics },
    stop: (scope: string) => ledger.stops.engage(order(scope), now()),
    resume: (scope: string) => ledger.stops.lift(order(scope), now()),
    held: async () => (await ledger.stops.sample()).held,
    status: async (id: string) => (await ledger.readRecord(id))?.status,
    /** The whole trace; its chain is checked. */
    events: async (id: string) => {
      const read = await ledger.read(id)
      if (!read) throw new Error(`${id} is not there`)
      expect(verifyChain(read.trace, read.incident).problem).toBeNull()
      return read.trace.map(({ event }) => event)
    },
    /** A worker of one stage whose decisions stay in hand until `release` is called. */
    workSlowly: (name: StageName) => {
      const stage = PIPELINE.find((one) => one.name === name)
      if (!stage) throw new Error(name)
      let [inHand, release] = [(_: Handoff) => {}, () => {}]
      const decided = new Promise<Handoff>((resolve) => {
        inHand = resolve
      })
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const readAhead = new ReadAhead()
      const run = runStage(stage, context, readAhead)
      const worker = new Worker(
        name,
        async (job) => {
          const handoff = await run(job)
          inHand(handoff as Handoff)
          await released
          return handoff
        },
        { connection: redis, prefix: keyPrefix(installation) },
        handoffBackend(redis, {
          ledgerKeys: ledger.keys,
          deadLetter: deadLetter(name, context),
          hold: hold(name, context),
          readAhead,
          fields: fieldsOf(startsFrom(name)),
          trace: 'all',
        }),
      )
      closing.push(() => worker.close())
      const errors: Error[] = []
      worker.on('error', (error) => errors.push(error)).on('failed', (_job, error) => errors.push(error))
      return { decided, release, errors }
    },
  }
}

describe('a decision that is in hand when the stop comes', () => {
  it.each(StageName.options)('does not pass: %s', async (stage) => {
    const { workSlowly, work, deliver, stop, resume, held, status, events, ledger } = open()
    const id = await deliver(grafanaDelivery({ fault: stage }))
    const before = StageName.options.slice(0, StageName.options.indexOf(stage))
    if (before.length > 0) work(...before)
    const { decided, release, errors } = workSlowly(stage)
    expect((await decided).first.commit).not.toBeNull()
    const recorded = await events(id)
    await stop('global')
    release()
    await eventually(async () => expect(await held()).toBe(1))
    expect(await status(id)).toBe(stage)
    expect(await events(id)).toEqual([...recorded, 'kill_switch_blocked'])
    expect(await ledger.accounting()).toEqual({ received: 1, in_flight: 1 })

    work(...StageName.options.filter((name) => name !== stage && !before.includes(name)))
    expect(await resume('global')).toEqual({ changed: true, released: 1 })
    await eventually(async () => expect(await status(id)).toBe('awaiting_review'))
    expect((await events(id)).filter((event) => event !== 'kill_switch_blocked')).toEqual(PASSED_EVENTS)
    expect(await held()).toBe(0)
    expect(errors).toEqual([])
  })
})

it.each([
  ['text', Buffer.from('incident 42, ask anna')],
  ['nothing', Buffer.from('')],
  ['half an order', Buffer.from('{"by":"anna"}')],
  ['no text at all', Buffer.from([0xff, 0x1b, 0x00])],
])('holds as any other stop where somebody wrote in %s by hand', async (_, text) => {
  const { work, deliver, resume, held, status, events, ledger } = open()
  await redis.hset(ledger.keys.stops, 'global', text)
  await redis.rpush(ledger.keys.stopsLog, 'anna was here')
  const id = await deliver(grafanaDelivery({ fault: 'by hand' }))
  work()
  await eventually(async () => expect(await held()).toBe(1))
  expect(await events(id)).toEqual(['webhook_received', 'kill_switch_blocked'])
  expect(await ledger.stops.inForce()).toMatchObject({
    engaged: [{ scope: 'global', by: 'unknown', held: 1, reason: expect.stringMatching(/^no order .* lifts it$/) }],
    log: [],
  })
  expect(await resume('global')).toEqual({ changed: true, released: 1 })
  await eventually(async () => expect(await status(id)).toBe('awaiting_review'))
})

describe('what a stop covers', () => {
  it.each<[string, string]>([
    ['global', 'normalize'],
    ['class:high_memory_usage', 'normalize'],
    ['service:appointments-api', 'normalize'],
    ['action:restart_pod', 'dry-run'],
    ['action:scale_up_replicas_one', 'awaiting_review'],
    ['class:high_memory', 'awaiting_review'],
    ['service:appointments', 'awaiting_review'],
    ['service:high_memory_usage', 'awaiting_review'],
  ])('%s: the incident stays at %s', async (scope, place) => {
    const { work, deliver, stop, held, status, ledger, metrics } = open()
    await stop(scope)
    work()
    const id = await deliver(grafanaDelivery({ fault: scope }))
    const isHeld = place !== 'awaiting_review'
    await eventually(async () => {
      expect(await status(id)).toBe(place)
      expect(await held()).toBe(isHeld ? 1 : 0)
    })
    const read = await ledger.read(id)
    const last = read?.trace.at(-1)
    const inTheWay = read && outsideFlip(read.incident, read.trace).map(({ name }) => name)
    expect(inTheWay).toEqual(isHeld ? ['kill_switch_engaged'] : [])
    const engaged = { scope, by: 'anna', reason: 'restarts make it worse', at: expect.any(String) }
    if (isHeld)
      expect(last).toMatchObject({
        event: 'kill_switch_blocked',
        stage: place,
        decision_diff: { kill_switch_engaged: [null, engaged] },
      })
    else expect(last?.event).toBe('review_requested')
    await eventually(async () => {
      const counted = (await metrics.blockers.get()).values.filter(({ value }) => value > 0)
      expect(counted.map(({ labels, value }) => ({ labels, value }))).toEqual(
        isHeld ? [{ labels: { stage: place, code: 'kill_switch_engaged' }, value: 1 }] : [],
      )
    })
  })

  it.each(['service:appointments-api', 'service:billing-api'])(
    '%s: an incident whose sources name both',
    async (scope) => {
      const { work, deliver, stop, held, status } = open()
      const fault = { fault: `conflict-${scope}` }
      const identity = { incident_id: 'HM-2026-05-17-77' }
      const id = await deliver(grafanaDelivery(fault, { labels: identity }))
      const other = { labels: { ...identity, service: 'billing-api' } }
      expect(await deliver(alertmanagerDelivery(fault, other), 'alertmanager')).toBe(id)
      await stop(scope)
      work()
      await eventually(async () => expect(await held()).toBe(1))
      expect(await status(id)).toBe('normalize')
    },
  )
})

describe('what is held', () => {
  it('goes on only when no stop covers it any longer, and names each stop once', async () => {
    const { work, deliver, stop, resume, held, status, events, ledger, installation } = open()
    const id = await deliver(grafanaDelivery({ fault: 'twice' }))
    await stop('service:appointments-api')
    await stop('class:high_memory_usage')
    work()
    await eventually(async () => expect(await held()).toBe(1))
    // Of two that were ordered in the same millisecond, as these often are, their names say which is listed first.
    const engaged = (await ledger.stops.inForce()).engaged.map((one) => `${one.scope} ${one.held}`)
    expect(engaged.sort()).toEqual(['class:high_memory_usage 1', 'service:appointments-api 1'])
    const queue = openQueue('normalize', redis, installation)
    closing.push(() => queue.close())
    const lookAgain = async () => {
      const job = await queue.getJob(id)
      const started = job?.attemptsStarted ?? 0
      await job?.promote()
      await eventually(async () => {
        const again = await queue.getJob(id)
        expect(again?.attemptsStarted).toBeGreaterThan(started)
        expect(await again?.getState()).toBe('delayed')
      })
    }
    await lookAgain()
    expect(await events(id)).toEqual(['webhook_received', 'kill_switch_blocked'])

    expect(await resume('class:high_memory_usage')).toEqual({ changed: true, released: 0 })
    await lookAgain()
    expect(await events(id)).toEqual(['webhook_received', 'kill_switch_blocked', 'kill_switch_blocked'])
    expect((await queue.getJob(id))?.attemptsMade).toBe(0)

    expect(await resume('service:appointments-api')).toEqual({ changed: true, released: 1 })
    await eventually(async () => expect(await status(id)).toBe('awaiting_review'))
    expect(await held()).toBe(0)
  })

  it('can be closed by its sources: nothing passes by that', async () => {
    const { work, deliver, stop, resume, held, status, events, ledger } = open()
    const fault = { fault: 'closed' }
    const id = await deliver(grafanaDelivery(fault))
    await stop('global')
    work()
    await eventually(async () => expect(await held()).toBe(1))
    await deliver(grafanaDelivery(fault, { status: 'resolved', endsAt: '2026-05-17T12:00:00Z' }))
    expect(await status(id)).toBe('closed')
    expect(await held()).toBe(0)
    expect(await ledger.accounting()).toEqual({ received: 2, in_flight: 0, attached: 1, 'verdict:closed': 1 })
    expect(await resume('global')).toEqual({ changed: true, released: 0 })
    expect(await events(id)).not.toContain('incident_event_normalized')
  })

  it('is let go by a second resume when the first was cut off', async () => {
    const { work, deliver, stop, resume, held, status, ledger } = open()
    const id = await deliver(grafanaDelivery({ fault: 'cut off' }))
    await stop('global')
    work()
    await eventually(async () => expect(await held()).toBe(1))
    await redis.hdel(ledger.keys.stops, 'global')
    expect(await resume('global')).toEqual({ changed: false, released: 1 })
    await eventually(async () => expect(await status(id)).toBe('awaiting_review'))
  })

  it('is let go whole, however much it is', { timeout: 120_000 }, async () => {
    const { work, deliver, stop, resume, held, ledger } = open()
    await stop('global')
    const count = 450
    for (let fault = 0; fault < count; fault++) await deliver(grafanaDelivery({ fault: `many-${fault}` }))
    work()
    await eventually(async () => expect(await held()).toBe(count))
    expect((await ledger.stops.inForce()).engaged).toMatchObject([{ scope: 'global', held: count }])
    expect(await resume('global')).toEqual({ changed: true, released: count })
    await eventually(async () => expect((await ledger.accounting()).in_flight).toBe(0))
    expect(await ledger.accounting()).toMatchObject({ received: count, 'verdict:awaiting_review': count })
    expect(await held()).toBe(0)
    expect(imbalance(await ledger.accounting())).toBe(0)
  })
})

it('a dead letter is written whatever is stopped', async () => {
  const { work, deliver, stop, status, held, ledger } = open()
  const id = await deliver(grafanaDelivery({ fault: 'dead' }))
  work('normalize')
  await eventually(async () => expect(await status(id)).toBe('readiness'))
  const key = ledger.keys.incident(id)
  await redis.hset(
    key,
    'decision:normalize',
    ((await redis.hget(key, 'decision:normalize')) ?? '').replace('prod', 'dev'),
  )
  await stop('global')
  work('readiness')
  await eventually(async () => expect(await status(id)).toBe('dead_lettered'))
  expect(await held()).toBe(0)
})

it('a stop that is in force stays as it is, and every order is in the log', async () => {
  const { ledger } = open()
  const order = (by: string) => ({ scope: 'global', by, reason: `${by} says so` })
  const [first, second, third] = ['2026-05-17T12:00:00.000Z', '2026-05-17T12:01:00.000Z', '2026-05-17T12:02:00.000Z']
  await ledger.stops.engage(order('anna'), first)
  const stop = { by: 'anna', reason: 'anna says so', at: first }
  expect(await ledger.stops.engage(order('ben'), second)).toEqual({ changed: false, stop })
  expect(await ledger.stops.lift(order('ben'), third)).toEqual({ changed: true, released: 0 })
  expect(await ledger.stops.lift(order('ben'), third)).toEqual({ changed: false, released: 0 })
  expect(await ledger.stops.inForce()).toEqual({
    engaged: [],
    held: 0,
    log: [
      { order: 'stop', ...order('anna'), at: first },
      { order: 'stop', ...order('ben'), at: second },
      { order: 'resume', ...order('ben'), at: third },
      { order: 'resume', ...order('ben'), at: third },
    ],
  })
})
