/**
 * A SIGKILL at both ends of every step that a person orders or upkeep takes: whoever repeats the order, and the next round
 * of upkeep, bring each incident to its one verdict.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { CRASH_POINTS, type CrashPoint } from '../../src/shared/crash-point.ts'
import { startRedisProcess } from '../../src/shared/redis-process.ts'
import { type Changing, openChanging } from '../support/changing-pipeline.ts'
import { SHIPPED, withFacts } from '../support/policies.ts'
import { eventually, killAll, startProcess } from '../support/processes.ts'
import { buildFaults, type Program, QUICK } from './harness/build.ts'
import { CRASHES, crashed } from './harness/crashes.ts'
import { SUPERVISED } from './harness/installation.ts'

const UPKEEP = 'src/workers/keep-rounds.ts'
/** Every round of upkeep once a second, and what is silent for two is looked at again: times a test can wait. */
const BUSY = [
  { file: UPKEEP, from: "reconcile: '*/30 * * * * *'", to: "reconcile: '* * * * * *'" },
  { file: UPKEEP, from: "prune: '15 * * * * *'", to: "prune: '* * * * * *'" },
  { file: UPKEEP, from: "expire: '20 * * * * *'", to: "expire: '* * * * * *'" },
  { file: 'src/workers/reconcile.ts', from: 'SILENT_MS = 60_000', to: 'SILENT_MS = 2_000' },
]

let redis: Awaited<ReturnType<typeof startRedisProcess>>
let program: Program
beforeAll(async () => {
  redis = await startRedisProcess(SUPERVISED, false)
  program = await buildFaults('busy', [...QUICK, ...BUSY])
})
afterEach(killAll)
afterAll(() => redis.stop())

const start = ({ installation }: Changing, args: readonly string[], env: Record<string, string> = {}) =>
  startProcess(args, { REDIS_URL: redis.url, QUEUE_PREFIX: installation, WORKER_PORT: '0', ...env }, program)

const WHO = ['--by', 'anna', '--reason', 'mended']
/** A stage that has nothing to do here: what counts is the upkeep that every worker process offers. */
const WORKER = ['worker', 'normalize']

interface Step {
  points: 'put-back' | 'release' | 'prune' | 'review'
  /** Up to where the step is due. Returns the incident. */
  prepare(changing: Changing): Promise<string>
  /** What is started, dies in the step, and is started again. */
  args(id: string): readonly string[]
  env?: Record<string, string>
  /** How it ends, and what its trace has exactly once. Null: it is gone. */
  ends: [status: string, event: string] | null
}

const awaiting = async (changing: Changing) => {
  changing.work()
  return changing.deliver()
}

const STEPS: Record<string, Step> = {
  'a redrive': {
    points: 'put-back',
    prepare: async ({ work, deliver, damage, becomes }) => {
      work('normalize')
      const id = await deliver('readiness')
      const mend = await damage(id, 'normalize')
      work('readiness', 'dry-run')
      await becomes(id, 'dead_lettered')
      await mend()
      return id
    },
    args: (id) => ['redrive', id, ...WHO],
    ends: ['awaiting_review', 'redriven'],
  },
  'an approval that is void': {
    points: 'put-back',
    prepare: async (changing) => {
      changing.become(withFacts({ remaining_quota: 7 }))
      const id = await awaiting(changing)
      changing.become(SHIPPED)
      return id
    },
    args: (id) => ['review', 'approve', id, ...WHO],
    ends: ['awaiting_review', 'review_voided'],
  },
  'the reconciler’s put-back': {
    points: 'put-back',
    prepare: async (changing) => {
      const { send, queue, redis: own, ledger, work } = changing
      const id = await send()
      await (await queue.getJob(id))?.remove()
      await own.zadd(ledger.keys.open, Date.now() - 120_000, id)
      work()
      return id
    },
    args: () => WORKER,
    ends: ['awaiting_review', 'incident_event_normalized'],
  },
  'the release of held work': {
    points: 'release',
    prepare: async ({ work, send, ledger }) => {
      await ledger.stops.engage({ scope: 'global', by: 'anna', reason: 'x' }, new Date().toISOString())
      work()
      const id = await send()
      await eventually(async () => expect((await ledger.stops.sample()).held).toBe(1))
      return id
    },
    args: () => ['resume', ...WHO],
    ends: ['awaiting_review', 'kill_switch_blocked'],
  },
  'an approval': {
    points: 'review',
    prepare: awaiting,
    args: (id) => ['review', 'approve', id, ...WHO],
    ends: ['dry_run_passed', 'review_approved'],
  },
  'a denial': {
    points: 'review',
    prepare: awaiting,
    args: (id) => ['review', 'deny', id, ...WHO],
    ends: ['rejected', 'review_denied'],
  },
  'an expiry': {
    points: 'review',
    prepare: async (changing) => {
      const id = await awaiting(changing)
      await changing.waitedLonger(id, 31 * 60_000)
      return id
    },
    args: () => WORKER,
    ends: ['expired', 'review_expired'],
  },
  'a prune': {
    points: 'prune',
    prepare: async (changing) => {
      const id = await awaiting(changing)
      await changing.review(id, await changing.digestOf(id), { decision: 'deny' })
      return id
    },
    args: () => WORKER,
    env: { LEDGER_RETENTION: '1s' },
    ends: null,
  },
}

/** Not a second approval of what was asked anew: that would be another answer. */
const REPEATED = (args: readonly string[]) => args[0] !== 'review'

const isGone = async ({ ledger, redis: own }: Changing, id: string) => {
  await eventually(async () => expect(await ledger.read(id).catch(() => 'unreadable')).toBeNull())
  // The job that would have ended its review comes in its own time, and finds nothing.
  expect((await own.keys(`*${id}*`)).filter((key) => !key.includes(':upkeep:'))).toEqual([])
  const { counters, open } = await ledger.books()
  expect({ open, rejected: counters['verdict:rejected'] }).toEqual({ open: 0, rejected: 1 })
}

const crashAt = async (point: CrashPoint, { prepare, args, env, ends }: Step) => {
  const changing = await openChanging(redis.url, SHIPPED)
  const id = await prepare(changing)
  await crashed(start(changing, args(id), { ...env, CRASH_AT: `${point} 1 SIGKILL` }))
  // Where the crash left everything done, the order is refused now; where it left nothing done, it is taken.
  if (REPEATED(args(id)) || point.endsWith(':before')) start(changing, args(id), env)
  if (ends === null) return isGone(changing, id)
  const [status, event] = ends
  await changing.becomes(id, status)
  await eventually(async () =>
    expect((await changing.trace(id)).filter((record) => record.event === event)).toHaveLength(1),
  )
  await changing.becomes(id, status)
  const { counters } = await changing.ledger.books()
  const verdicts = Object.entries(counters).filter(([name, count]) => name.startsWith('verdict:') && count !== 0)
  expect(verdicts).toEqual([[`verdict:${status}`, 1]])
  await changing.sound(id)
}

test.each(Object.entries(STEPS))('%s', { timeout: 120_000 }, async (_, step) => {
  await Promise.all((['before', 'after'] as const).map((end) => crashAt(`${step.points}:${end}`, step)))
})

test('every crash point has a test', () => {
  const steps = Object.values(STEPS).flatMap(({ points }) => [`${points}:before`, `${points}:after`])
  expect(new Set([...Object.keys(CRASHES), ...steps])).toEqual(new Set(CRASH_POINTS))
})
