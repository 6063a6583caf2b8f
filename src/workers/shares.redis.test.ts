/** Fleet-wide budgets and the repeat window against a real Redis, with several workers that know nothing of each other. */
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest'
import { openApi } from '../../tests/support/api.ts'
import { grafanaDelivery } from '../../tests/support/faults.ts'
import { eventually } from '../../tests/support/processes.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import type { Incident } from '../shared/contracts/incident.ts'
import type { ClassPolicy, PolicySet } from '../shared/contracts/policy.ts'
import { imbalance } from '../shared/ledger/accounting.ts'
import { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { readStored } from '../shared/ledger/stored-incident.ts'
import { loadPolicyFolder } from '../shared/policy/policy-folder.ts'
import { connectWorker } from '../shared/queue/redis.ts'
import { openQueue } from '../shared/queue/stage-queues.ts'
import { createLog } from '../shared/telemetry/log.ts'
import { createMetrics } from '../shared/telemetry/metrics.ts'
import { redrive } from './redrive.ts'
import { replayIncident } from './replay/replay-incident.ts'
import { expireOne } from './review/expire-review.ts'
import { startStageWorker } from './stage-worker.ts'

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
afterAll(() => redis.disconnect())

const FREE = await loadPolicyFolder('fixtures/policies')
const MEMORY = 'high_memory_usage'
const HOUR = 3_600_000

interface Rules {
  budgets?: PolicySet['budgets']
  repeat?: number
  review?: boolean
  score?: number
  freezes?: PolicySet['freezes']
}
const policiesWith = ({ budgets = [], repeat = 0, review = false, score = 5, freezes = [] }: Rules): PolicySet => {
  const policy = FREE.classes.get(MEMORY) as ClassPolicy
  const { card } = policy
  const checks = { ...card.checks, human_review_for_first_run: review }
  const scores = { ...card.scores, verification: score }
  const changed = { ...policy, card: { ...card, checks, scores, repeat_window: repeat } }
  return { ...FREE, budgets, freezes, classes: new Map([[MEMORY, changed]]) }
}
const service = (limit: number, window = HOUR) => ({ scope: 'service' as const, limit, window })
const ALWAYS = { from: '2020-01-01T00:00:00Z', to: '2120-01-01T00:00:00Z', scope: 'global', reason: 'audit' }

let installations = 0
const open = async (rules: Rules) => {
  const installation = `shares-${process.pid}-${++installations}`
  let policies = policiesWith(rules)
  const current = () => policies
  const api = await openApi(inject('redisUrl'), installation, current)
  closing.push(() => api.close())
  const { ledger } = api
  let skew = 0
  const now = () => new Date(Date.now() + skew).toISOString()
  const context = { ledger, policies: current, now, actor: 'worker:test' }
  let faults = 0
  const send = async (patch: object = {}): Promise<string> => {
    const fault = { fault: `${installation}-${++faults}` }
    return (await api.post('/webhooks/grafana', grafanaDelivery(fault, patch))).body.incidents[0].incident_id
  }
  const ended = (id: string): Promise<Incident> =>
    eventually(async () => {
      const incident = await ledger.readRecord(id)
      if (!incident?.verdict) throw new Error(`${id} is in ${incident?.status}`)
      return incident
    })
  const deliver = async (patch: object = {}) => ended(await send(patch))
  const scopes = (id: string) => redis.hget(ledger.keys.incident(id), 'shares')
  return {
    ...{ ...api, installation, context, send, ended, deliver, scopes },
    become: (next: Rules) => {
      policies = policiesWith(next)
    },
    later: (ms: number) => {
      skew = ms
    },
    /** As many processes would: each with its own connection and its own ledger. */
    work: (workers = 1, stages: readonly StageName[] = StageName.options) => {
      for (let n = 0; n < workers; n++) {
        const own = connectWorker(inject('redisUrl'))
        closing.push(async () => own.disconnect())
        const ownContext = { ...context, ledger: new IncidentLedger(own, installation) }
        const log = createLog('test', 'silent')
        const settings = {
          redis: own,
          installation,
          concurrency: 10,
          context: ownContext,
          metrics: createMetrics('t'),
          log,
        }
        for (const stage of stages) {
          const worker = startStageWorker(stage, settings)
          closing.push(() => worker.close())
        }
      }
    },
    codes: ({ verdict }: Incident) => verdict?.blockers.map(({ code }) => code),
    held: (scope: string) => redis.zrange(`${ledger.keys.prefix}shares:${scope}`, 0, '-1'),
    sound: async (id: string) => {
      const stored = await readStored(redis, ledger.keys, id)
      const replayed = stored && replayIncident(stored)
      expect({ outcome: replayed?.outcome, differences: replayed?.differences }).toEqual({
        outcome: 'identical',
        differences: [],
      })
      const { counters, open } = await ledger.books()
      expect({ imbalance: imbalance(counters), open }).toEqual({ imbalance: 0, open: counters.in_flight ?? 0 })
    },
  }
}
const SCOPE = 'service:appointments-api'

describe('a budget', () => {
  it('of 2 is held by 4 workers under 50 incidents at once', async () => {
    const { send, ended, work, codes, held, sound } = await open({ budgets: [service(2)] })
    const ids = await Promise.all(Array.from({ length: 50 }, () => send()))
    work(4)
    const incidents = await Promise.all(ids.map(ended))
    const passed = incidents.filter(({ status }) => status === 'dry_run_passed')
    expect(passed).toHaveLength(2)
    expect((await held(SCOPE)).sort()).toEqual(passed.map(({ incident_id }) => incident_id).sort())
    const blocked = incidents.filter(({ status }) => status === 'blocked')
    expect(blocked).toHaveLength(48)
    for (const one of blocked) expect(codes(one)).toEqual(['blast_radius_budget_exhausted'])
    expect(blocked[0]?.verdict?.blockers[0]?.message).toMatch(
      /^2 of 2 passes in 1h used \(service:appointments-api\), the last one HM-\S+ at 20\d\d-/,
    )
    await sound(blocked[0]?.incident_id ?? '')
    await sound(passed[0]?.incident_id ?? '')
  })

  it('is told with every other reason, by a decision that takes nothing', async () => {
    const { deliver, work, codes, become, held, sound, scopes } = await open({ budgets: [service(1)], repeat: HOUR })
    work()
    await deliver()
    become({ budgets: [service(1)], repeat: HOUR, freezes: [ALWAYS] })
    const blocked = await deliver()
    expect(codes(blocked)).toEqual(['repeat_incident', 'blast_radius_budget_exhausted', 'change_freeze'])
    expect(await scopes(blocked.incident_id)).toBeNull()
    expect(await held(SCOPE)).toHaveLength(1)
    await sound(blocked.incident_id)
  })

  it('is not taken by what is blocked anyway', async () => {
    const { deliver, work, codes, held, scopes } = await open({ budgets: [service(1)], freezes: [ALWAYS] })
    work()
    const blocked = await deliver()
    expect(codes(blocked)).toEqual(['change_freeze'])
    expect([await held(SCOPE), await scopes(blocked.incident_id)]).toEqual([[], null])
  })

  it('of 0 lets nothing pass, and one of another namespace is another one', async () => {
    const { deliver, work, codes, become } = await open({ budgets: [service(0)] })
    work()
    expect(codes(await deliver())).toEqual(['blast_radius_budget_exhausted'])
    become({ budgets: [{ scope: 'namespace', limit: 1, window: HOUR }] })
    expect((await deliver()).status).toBe('dry_run_passed')
    expect(codes(await deliver())).toEqual(['blast_radius_budget_exhausted'])
  })

  it('is free again when its window is over, and forgets what is older', async () => {
    const { deliver, work, ledger, held } = await open({ budgets: [service(1)] })
    work()
    const first = await deliver()
    await redis.zadd(`${ledger.keys.prefix}shares:${SCOPE}`, Date.now() - HOUR - 1000, first.incident_id)
    const second = await deliver()
    expect([first.status, second.status]).toEqual(['dry_run_passed', 'dry_run_passed'])
    expect(await held(SCOPE)).toEqual([second.incident_id])
    expect(await redis.pttl(`${ledger.keys.prefix}shares:${SCOPE}`)).toBeGreaterThan(HOUR - 60_000)
  })

  it('of a long window counts what a short one beside it forgets', async () => {
    const { deliver, work, codes, ledger } = await open({ budgets: [service(2), service(9, 60_000)] })
    work()
    const first = await deliver()
    await redis.zadd(`${ledger.keys.prefix}shares:${SCOPE}`, Date.now() - 10 * 60_000, first.incident_id)
    expect((await deliver()).status).toBe('dry_run_passed')
    expect(codes(await deliver())).toEqual(['blast_radius_budget_exhausted'])
  })

  it('costs nothing where the policy has none', async () => {
    const { deliver, work, ledger, scopes } = await open({})
    work()
    const { incident_id } = await deliver()
    expect(await scopes(incident_id)).toBeNull()
    expect(await redis.keys(`${ledger.keys.prefix}shares:*`)).toEqual([])
  })
})

describe('the repeat window', () => {
  it('sends the second of a class on a service to a person', async () => {
    const { deliver, work, codes, sound } = await open({ repeat: 900_000 })
    work()
    const first = await deliver()
    const second = await deliver()
    expect(first.status).toBe('dry_run_passed')
    expect(codes(second)).toEqual(['repeat_incident'])
    expect(second.verdict?.blockers[0]?.message).toContain(
      `passed 1 time(s) within the repeat window of 15m, the last one ${first.incident_id} at `,
    )
    await sound(second.incident_id)
  })
})

describe('a pass that comes to nothing gives its share back', () => {
  it.each<[string, (tools: Awaited<ReturnType<typeof open>>, id: string) => Promise<unknown>]>([
    [
      'rejected',
      async ({ get, post }, id) => {
        const { plan_digest } = (await get(`/incidents/${id}`)).body.stages['dry-run']
        await post(`/incidents/${id}/review`, { decision: 'deny', by: 'anna', reason: 'no', plan_digest })
      },
    ],
    [
      'expired',
      async ({ context }, id) => {
        await redis.zincrby(context.ledger.keys.reviews, -31 * 60_000, id)
        expect(await expireOne(context, id)).toBe(true)
      },
    ],
    [
      'closed',
      ({ post, installation }) =>
        post(
          '/webhooks/grafana',
          grafanaDelivery({ fault: `${installation}-1` }, { status: 'resolved', endsAt: '2026-05-17T11:50:00Z' }),
        ),
    ],
    [
      'blocked',
      async (tools, id) => {
        const { plan_digest } = (await tools.get(`/incidents/${id}`)).body.stages['dry-run']
        tools.become({ budgets: [service(1)], review: true, freezes: [ALWAYS] })
        await tools.post(`/incidents/${id}/review`, { decision: 'approve', by: 'anna', reason: 'yes', plan_digest })
      },
    ],
  ])('%s', async (verdict, end) => {
    const rules = { budgets: [service(1)], review: true }
    const tools = await open(rules)
    const { deliver, work, codes, held, ended, become, later, sound, scopes } = tools
    work()
    const { incident_id: id, status } = await deliver()
    expect([status, await held(SCOPE)]).toEqual(['awaiting_review', [id]])
    expect(codes(await deliver())).toEqual(['blast_radius_budget_exhausted'])
    await end(tools, id)
    await eventually(async () => expect((await ended(id)).status).toBe(verdict))
    expect([await held(SCOPE), await scopes(id)]).toEqual([[], null])
    become(rules)
    later(0)
    const next = await deliver()
    expect([next.status, await held(SCOPE)]).toEqual(['awaiting_review', [next.incident_id]])
    await sound(id)
  })

  it('dead-lettered, and does not pass without one when it is taken up again', async () => {
    const { send, deliver, work, codes, held, ended, ledger, installation, context } = await open({
      budgets: [service(1)],
    })
    work(1, ['normalize', 'readiness'])
    const id = await send()
    const key = ledger.keys.incident(id)
    await eventually(async () => expect(await held(SCOPE)).toEqual([id]))
    const field = (await redis.hget(key, 'decision:readiness')) ?? ''
    await redis.hset(key, 'decision:readiness', '{}\n{}\n{"changed":true}')
    work(1, ['dry-run'])
    expect((await ended(id)).status).toBe('dead_lettered')
    expect(await held(SCOPE)).toEqual([])
    const other = await deliver()
    expect(other.status).toBe('dry_run_passed')
    await redis.hset(key, 'decision:readiness', field)
    const queues = Object.fromEntries(
      StageName.options.map((stage) => {
        const queue = openQueue(stage, redis, installation)
        closing.push(() => queue.close())
        return [stage, queue]
      }),
    ) as Parameters<typeof redrive>[0]['queues']
    await redrive({ redis, ledger, queues }, id, { by: 'anna', reason: 'mended', at: context.now() })
    await eventually(async () => expect(codes(await ended(id))).toEqual(['blast_radius_budget_exhausted']))
    expect(await held(SCOPE)).toEqual([other.incident_id])
  })

  it('while it waits for a person it counts from the pass on, not from the approval', async () => {
    const { deliver, work, get, post, ledger } = await open({ budgets: [service(1)], review: true })
    work()
    const { incident_id: id } = await deliver()
    const key = `${ledger.keys.prefix}shares:${SCOPE}`
    const passed = Date.now() - 10 * 60_000
    await redis.zadd(key, passed, id)
    const { plan_digest } = (await get(`/incidents/${id}`)).body.stages['dry-run']
    const answer = await post(`/incidents/${id}/review`, { decision: 'approve', by: 'a', reason: 'b', plan_digest })
    expect(answer.status).toBe(200)
    expect(Number(await redis.zscore(key, id))).toBe(passed)
  })

  it('and an approval after the window takes a share anew', async () => {
    const { deliver, work, codes, get, post, ledger } = await open({ budgets: [service(1)], review: true })
    work()
    const { incident_id: id } = await deliver()
    await redis.zadd(`${ledger.keys.prefix}shares:${SCOPE}`, Date.now() - HOUR - 1000, id)
    const { plan_digest } = (await get(`/incidents/${id}`)).body.stages['dry-run']
    const answer = await post(`/incidents/${id}/review`, { decision: 'approve', by: 'a', reason: 'b', plan_digest })
    expect(answer.status).toBe(200)
    expect(codes(await deliver())).toEqual(['blast_radius_budget_exhausted'])
  })

  it('and an approval whose share others have had since is void', async () => {
    const { deliver, work, codes, held, ended, get, post, ledger } = await open({ budgets: [service(1)], review: true })
    work()
    const { incident_id: id } = await deliver()
    const key = `${ledger.keys.prefix}shares:${SCOPE}`
    await redis.zadd(key, Date.now() - HOUR - 1000, id)
    const { incident_id: other } = await deliver()
    expect(await held(SCOPE)).toEqual([other])
    const { plan_digest } = (await get(`/incidents/${id}`)).body.stages['dry-run']
    const answer = await post(`/incidents/${id}/review`, { decision: 'approve', by: 'a', reason: 'b', plan_digest })
    expect(answer).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await eventually(async () => expect(codes(await ended(id))).toEqual(['blast_radius_budget_exhausted']))
  })
})
