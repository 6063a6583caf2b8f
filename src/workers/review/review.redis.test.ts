/** The human review against a real Redis: the API, the stages' workers and upkeep, with policies that change meanwhile. */
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { openApi } from '../../../tests/support/api.ts'
import { grafanaDelivery } from '../../../tests/support/faults.ts'
import { eventually } from '../../../tests/support/processes.ts'
import { derivedFiles } from '../../cli/evidence/derived-files.ts'
import { unpackIncident } from '../../cli/evidence/packed-incident.ts'
import { verifyChain } from '../../shared/audit/verify-chain.ts'
import { StageName } from '../../shared/contracts/audit-record.ts'
import type { ClassPolicy, PolicySet } from '../../shared/contracts/policy.ts'
import { imbalance } from '../../shared/ledger/accounting.ts'
import { readStored, type StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { openQueue } from '../../shared/queue/stage-queues.ts'
import { createLog } from '../../shared/telemetry/log.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import type { Prometheus } from '../facts/prometheus.ts'
import { redrive } from '../redrive.ts'
import { replayIncident } from '../replay/replay-incident.ts'
import { startStageWorker } from '../stage-worker.ts'
import { startUpkeep } from '../upkeep.ts'
import { expireDue } from './expire-review.ts'
import { openExpiries } from './expiry-job.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
afterAll(() => redis.disconnect())

const SHIPPED = await loadPolicyFolder('fixtures/policies')
const SERVICE = 'appointments-api'
const MEMORY = 'high_memory_usage'

const withFacts = (facts: Record<string, boolean | number>): PolicySet => {
  const entry = SHIPPED.services[SERVICE] ?? { namespaces: [], facts: {} }
  return { ...SHIPPED, services: { [SERVICE]: { ...entry, facts: { ...entry.facts, ...facts } } } }
}
const withClass = (change: (policy: ClassPolicy) => ClassPolicy): PolicySet => {
  const policy = SHIPPED.classes.get(MEMORY) as ClassPolicy
  return { ...SHIPPED, classes: new Map([[MEMORY, change(policy)]]) }
}
const ENOUGH = { text: 'free_nodes >= 2', fact: 'free_nodes', kind: 'compares', operator: '>=', number: 2 } as const
/** 22 of 25, and nothing else wrong. */
const SEMI_MANUAL = withClass((policy) => ({
  ...policy,
  card: { ...policy.card, scores: { ...policy.card.scores, spec: 4, process: 3, implementation: 5 } },
}))

/** What a person answered is part of what an evidence package proves. */
const provesAnywhere = (stored: StoredIncident) => {
  const { files } = derivedFiles(stored, new Map())
  const unpacked = unpackIncident(files).stored
  expect(derivedFiles(unpacked, new Map()).files).toEqual(files)
  expect(replayIncident(unpacked)).toMatchObject({ outcome: 'identical', differences: [] })
}

let installations = 0
const open = async (start: PolicySet = SHIPPED, facts: { prometheus?: Prometheus } = {}) => {
  const installation = `review-${process.pid}-${++installations}`
  let policies = start
  let skew = 0
  const current = () => policies
  const api = await openApi(inject('redisUrl'), installation, current, facts)
  closing.push(() => api.close())
  const { ledger } = api
  const now = () => new Date(Date.now() + skew).toISOString()
  const context = { ledger, policies: current, now, actor: 'worker:test', ...facts }
  const log = createLog('test', 'silent')
  const expiries = openExpiries(redis, installation, current, log)
  closing.push(() => expiries.close())
  const metrics = createMetrics('test')
  const settings = { redis, installation, concurrency: 5, context, metrics, log, expiries }
  const work = (...stages: StageName[]) => {
    for (const stage of stages) {
      const worker = startStageWorker(stage, settings)
      closing.push(() => worker.close())
    }
  }
  const status = async (id: string) => (await ledger.readRecord(id))?.status
  const becomes = (id: string, wanted: string) => eventually(async () => expect(await status(id)).toBe(wanted))
  const digestOf = async (id: string) => (await api.get(`/incidents/${id}`)).body.stages['dry-run'].plan_digest
  let faults = 0
  return {
    ...{ ...api, installation, context, settings, metrics, work, status, becomes, digestOf },
    deliver: async (wanted = 'awaiting_review') => {
      const fault = { fault: `${installation}-${++faults}` }
      const [answer] = (await api.post('/webhooks/grafana', grafanaDelivery(fault))).body.incidents
      if (wanted) await becomes(answer.incident_id, wanted)
      return answer.incident_id as string
    },
    become: (next: PolicySet) => {
      policies = next
    },
    later: (ms: number) => {
      skew = ms
    },
    review: (id: string, plan_digest: string | null, more: object = {}) =>
      api.post(`/incidents/${id}/review`, { decision: 'approve', by: 'anna', reason: 'seen', plan_digest, ...more }),
    waiting: () => ledger.reviews.waiting(10),
    trace: async (id: string) => {
      const read = await ledger.read(id)
      if (!read) throw new Error(id)
      expect(verifyChain(read.trace, read.incident).problem).toBeNull()
      return read.trace
    },
    /** The chain holds, every decision gives the same bytes again, and every alert is in one place. */
    sound: async (id: string) => {
      const stored = await readStored(redis, ledger.keys, id)
      const replayed = stored && replayIncident(stored)
      expect({ outcome: replayed?.outcome, differences: replayed?.differences }).toEqual({
        outcome: 'identical',
        differences: [],
      })
      if (stored?.incident.verdict) provesAnywhere(stored)
      const { counters, open } = await ledger.books()
      expect({ imbalance: imbalance(counters), open }).toEqual({ imbalance: 0, open: counters.in_flight ?? 0 })
    },
  }
}
const last = 4

describe('an incident that awaits review', () => {
  it('passes once it is approved, with who, why and which plan in its trace', async () => {
    const { work, deliver, review, digestOf, trace, sound, waiting, status } = await open()
    work(...StageName.options)
    const id = await deliver()
    expect(await waiting()).toEqual([id])
    const plan_digest = await digestOf(id)
    expect(await review(id, plan_digest)).toMatchObject({ status: 200, body: { outcome: 'approved', plan_digest } })
    expect(await status(id)).toBe('dry_run_passed')
    expect((await trace(id)).at(-1)).toMatchObject({
      event: 'review_approved',
      stage: 'review',
      actor: 'reviewer:anna',
      decision_diff: {
        status: ['awaiting_review', 'dry_run_passed'],
        reason: [null, 'seen'],
        plan_digest: [null, plan_digest],
      },
    })
    expect(await waiting()).toEqual([])
    await sound(id)
    expect(await review(id, plan_digest)).toMatchObject({ status: 409, body: { reason: 'not_waiting' } })
  })

  it('is rejected once it is denied, also while everything is stopped', async () => {
    const { work, deliver, review, digestOf, sound, status, ledger } = await open()
    work(...StageName.options)
    const id = await deliver()
    await ledger.stops.engage({ scope: 'global', by: 'anna', reason: 'x' }, new Date().toISOString())
    const answer = await review(id, await digestOf(id), { decision: 'deny' })
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'denied', status: 'rejected' } })
    expect(await status(id)).toBe('rejected')
    await sound(id)
  })

  it.each<[string, PolicySet, string, RegExp]>([
    ['a fact', withFacts({ remaining_quota: 1 }), 'awaiting_review', /facts.remaining_quota was 2 and is 1 now/],
    ['a fact that blocks', withFacts({ stateful: true, backup_verified: false }), 'blocked', /stateful_without_backup/],
    [
      'the specification',
      withClass((policy) => ({ ...policy, spec: { ...policy.spec, digest: 'e'.repeat(64) } })),
      'awaiting_review',
      /policy.spec.digest/,
    ],
    [
      'the card',
      withClass((policy) => ({ ...policy, profile: { ...policy.profile, auto: 24 } })),
      'awaiting_review',
      /policy.profile.auto was 23 and is 24 now/,
    ],
    ['the policy, which is gone', { ...SHIPPED, classes: new Map() }, 'blocked', /policy_missing/],
    [
      'a freeze',
      {
        ...SHIPPED,
        freezes: [{ from: '2020-01-01T00:00:00Z', to: '2120-01-01T00:00:00Z', scope: 'global', reason: 'audit' }],
      },
      'blocked',
      /change_freeze/,
    ],
  ])('is decided anew when %s changed: 409, nothing passes', async (_, changed, ends, reason) => {
    const { work, deliver, review, digestOf, become, becomes, trace, sound, status } = await open()
    work(...StageName.options)
    const id = await deliver()
    const plan_digest = await digestOf(id)
    become(changed)
    const answer = await review(id, plan_digest)
    expect(answer).toMatchObject({ status: 409, body: { code: 'review_refused', reason: 'changed' } })
    expect(answer.body.detail).toMatch(reason)
    await becomes(id, ends)
    const events = (await trace(id)).map(({ event }) => event)
    expect(events).toContain('review_voided')
    expect(events.lastIndexOf('readiness_evaluated')).toBeGreaterThan(events.indexOf('review_voided'))
    await sound(id)
    if (ends !== 'awaiting_review') return
    expect((await review(id, await digestOf(id))).status).toBe(200)
    expect(await status(id)).toBe('dry_run_passed')
    await sound(id)
  })

  it('refuses an approval of another plan, and one that an emergency stop covers', async () => {
    const { work, deliver, review, digestOf, status, ledger, waiting } = await open()
    work(...StageName.options)
    const id = await deliver()
    expect(await review(id, 'd'.repeat(64))).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    expect(await review(id, null)).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    await ledger.stops.engage({ scope: 'action:restart_pod', by: 'anna', reason: 'x' }, new Date().toISOString())
    expect(await review(id, await digestOf(id))).toMatchObject({ status: 409, body: { reason: 'stopped' } })
    expect(await status(id)).toBe('awaiting_review')
    expect(await waiting()).toEqual([id])
  })

  it.each<[object, RegExp]>([
    [{ by: ' ' }, /by: say who decides/],
    [{ reason: undefined }, /reason: say why/],
    [{ decision: 'maybe' }, /decision: approve or deny/],
    [{ plan_digest: undefined }, /plan_digest/],
  ])('names what is wrong with %j', async (more, problem) => {
    const { review } = await open()
    const answer = await review('HM-2026-05-17-01', 'd'.repeat(64), more)
    expect(answer).toMatchObject({ status: 400, body: { code: 'review_invalid' } })
    expect(answer.body.detail).toMatch(problem)
  })

  it('says when there is no such incident', async () => {
    const { review } = await open()
    expect(await review('HM-2026-05-17-99', null)).toMatchObject({ status: 404, body: { code: 'incident_unknown' } })
    expect(await review('nonsense', null)).toMatchObject({ status: 404, body: { code: 'incident_unknown' } })
  })

  it('is answered once, however many answer at the same time', async () => {
    const { work, deliver, review, digestOf, sound, trace } = await open()
    work(...StageName.options)
    const id = await deliver()
    const plan_digest = await digestOf(id)
    const decisions = ['approve', 'deny', 'approve', 'deny', 'approve', 'approve']
    const answers = await Promise.all(decisions.map((decision) => review(id, plan_digest, { decision })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
    expect((await trace(id)).filter(({ stage }) => stage === 'review')).toHaveLength(1)
    await sound(id)
  })

  it('is not approved on a decision that is not the one its trace names', async () => {
    const { work, deliver, review, digestOf, ledger, becomes } = await open()
    work(...StageName.options)
    const id = await deliver()
    const plan_digest = await digestOf(id)
    const field = (await redis.hget(ledger.keys.incident(id), 'decision:normalize')) ?? ''
    await redis.hset(ledger.keys.incident(id), 'decision:normalize', field.replace('"P1"', '"P5"'))
    const answer = await review(id, plan_digest)
    expect(answer).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await becomes(id, 'dead_lettered')
  })
})

describe('live facts', () => {
  it('are asked anew: another number holds where it comes to the same, and one that blocks voids the approval', async () => {
    let sample = 5
    const prometheus = { ask: async (_: unknown, at: string) => ({ sample, as_of: at }) }
    const asking = withClass((policy) => ({
      ...policy,
      card: { ...policy.card, facts: { free_nodes: { prometheus: 'free_nodes', max_age: 60_000 } } },
      pre_approved: policy.pre_approved.map((entry) => ({ ...entry, requires: [ENOUGH] })),
    }))
    const { work, deliver, review, digestOf, becomes, sound, status } = await open(asking, { prometheus })
    work(...StageName.options)
    const [first, second] = [await deliver(), await deliver()]
    sample = 4
    expect((await review(first, await digestOf(first))).status).toBe(200)
    expect(await status(first)).toBe('dry_run_passed')
    await sound(first)
    sample = 1
    const answer = await review(second, await digestOf(second))
    expect(answer).toMatchObject({ status: 409, body: { reason: 'changed' } })
    expect(answer.body.detail).toContain('free_nodes=1, from prometheus')
    await becomes(second, 'blocked')
    await sound(second)
  })
})

describe('first-run memory', () => {
  it('lets the next run of the action on the service pass, until the specification changes', async () => {
    const { work, deliver, review, digestOf, become, sound, ledger } = await open()
    work(...StageName.options)
    const first = await deliver()
    expect((await review(first, await digestOf(first))).status).toBe(200)
    // Within a second of a look that found nothing, a worker may still ask.
    await eventually(async () => {
      const known = (await ledger.read(first))?.incident.decisions['dry-run']?.known as { run_digest: string }
      const run = { service: SERVICE, incident_class: MEMORY, action: 'restart_pod', run_digest: known.run_digest }
      expect(await ledger.runs.isConfirmed(run)).toBe(true)
    })
    const second = await deliver('dry_run_passed')
    await sound(second)
    become(withClass((policy) => ({ ...policy, spec: { ...policy.spec, digest: 'e'.repeat(64) } })))
    const third = await deliver('awaiting_review')
    await sound(third)
  })
})

describe('four eyes', () => {
  it.each([
    [true, 'Anna', 409],
    [true, 'ben', 200],
    [false, 'anna', 200],
  ])('four_eyes: %s, taken up by anna, approved by %s: %i', async (four_eyes, by, expected) => {
    const { work, deliver, review, digestOf, ledger, installation, context, becomes } = await open({
      ...SHIPPED,
      review: { ...SHIPPED.review, four_eyes },
    })
    work('normalize')
    const id = await deliver('readiness')
    const key = ledger.keys.incident(id)
    const field = (await redis.hget(key, 'decision:normalize')) ?? ''
    await redis.hset(key, 'decision:normalize', '{}\n{}\n{"changed":true}')
    work('readiness', 'dry-run')
    await becomes(id, 'dead_lettered')
    await redis.hset(key, 'decision:normalize', field)
    const queues = Object.fromEntries(
      StageName.options.map((stage) => {
        const queue = openQueue(stage, redis, installation)
        closing.push(() => queue.close())
        return [stage, queue]
      }),
    ) as Parameters<typeof redrive>[0]['queues']
    await redrive({ redis, ledger, queues }, id, { by: 'anna', reason: 'mended', at: context.now() })
    await becomes(id, 'awaiting_review')
    const answer = await review(id, await digestOf(id), { by })
    expect(answer.status).toBe(expected)
    if (expected === 409) expect(answer.body.reason).toBe('own_run')
  })
})

describe('semi-manual', () => {
  it('waits for a person before the dry-run, and for another word before its plan is released', async () => {
    const { work, deliver, review, digestOf, becomes, trace, sound, status, waiting } = await open(SEMI_MANUAL)
    work(...StageName.options)
    const id = await deliver('semi_manual')
    expect(await waiting()).toEqual([id])
    expect(await review(id, 'd'.repeat(64))).toMatchObject({ status: 409, body: { reason: 'other_plan' } })
    expect(await review(id, null)).toMatchObject({ status: 200, body: { status: 'dry-run', plan_digest: null } })
    await becomes(id, 'awaiting_review')
    await sound(id)
    expect((await review(id, await digestOf(id))).body).toMatchObject({ outcome: 'approved' })
    expect(await status(id)).toBe('dry_run_passed')
    expect((await trace(id)).map(({ event }) => event).slice(last)).toEqual([
      'review_requested',
      'review_approved',
      'dry_run_evaluated',
      'review_requested',
      'review_approved',
    ])
    await sound(id)
  })

  it('goes no further on a card that changed meanwhile', async () => {
    const { work, deliver, review, become, becomes, sound } = await open(SEMI_MANUAL)
    work(...StageName.options)
    const id = await deliver('semi_manual')
    become(withFacts({ stateful: true, backup_verified: false }))
    expect(await review(id, null)).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await becomes(id, 'blocked')
    await sound(id)
  })
})

describe('a review that nobody answers', () => {
  it('expires by its own delayed job', async () => {
    const { work, deliver, settings, becomes, trace, sound, waiting } = await open({
      ...SHIPPED,
      review: { expires_after: 1500, four_eyes: true },
    })
    const upkeep = await startUpkeep(settings, 86_400_000)
    closing.push(() => upkeep.close())
    work(...StageName.options)
    const id = await deliver()
    await becomes(id, 'expired')
    expect((await trace(id)).at(-1)).toMatchObject({
      event: 'review_expired',
      decision_diff: { status: ['awaiting_review', 'expired'] },
    })
    expect(await waiting()).toEqual([])
    await sound(id)
  })

  it('is found by upkeep where its job was lost, and not before its time', async () => {
    const { work, deliver, context, later, status, sound } = await open()
    work(...StageName.options)
    const id = await deliver()
    // A process whose clock is ahead ends nothing early.
    later(31 * 60_000)
    expect(await expireDue(context)).toEqual([])
    await redis.zincrby(context.ledger.keys.reviews, -31 * 60_000, id)
    expect(await expireDue(context)).toEqual([id])
    expect(await expireDue(context)).toEqual([])
    expect(await status(id)).toBe('expired')
    await sound(id)
  })

  it('cannot be approved afterwards, even if nobody has noticed', async () => {
    const { work, deliver, review, digestOf, ledger, status, sound } = await open()
    work(...StageName.options)
    const id = await deliver()
    const plan_digest = await digestOf(id)
    await redis.zincrby(ledger.keys.reviews, -31 * 60_000, id)
    expect(await review(id, plan_digest)).toMatchObject({ status: 409, body: { reason: 'expired' } })
    expect(await status(id)).toBe('expired')
    await sound(id)
  })
})
