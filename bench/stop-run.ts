/**
 * One emergency stop under load, and the resume, as the command and the API order them. Redis's own order of commands (MONITOR) says what was
 * committed before and after the stop took effect: no clock has a part in that.
 */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import type { Load } from './stop-load.ts'

export interface StopRun {
  scope: string
  /** Of the scope, before and after the stop took effect in Redis. */
  before: number
  after: number
  /** Of incidents the scope does not cover, after it. */
  others_after: number
  /** From the order in Redis to the last commit of the scope, by Redis's clock; negative is before it. */
  last_commit_ms: number
  /** From giving the order to its answer: from then on nothing passes, on any worker. */
  order_ms: number
  held: number
  wrong: string[]
}

interface Commit {
  id: string
  stage: string
  at: number
  stopped: boolean
}

/** Every decision in the order in which Redis took it; `stopped` when it came after the stop. */
const watch = async (redis: Redis, load: Load) => {
  const monitor = redis.duplicate({ monitor: true })
  const { keys } = load.ledger
  const commits: Commit[] = []
  let stoppedAt = 0
  const marks = new Map<string, () => void>()
  monitor.on('monitor', (time: string, [command = '', key = '', ...args]: string[]) => {
    const name = command.toUpperCase()
    const at = Number(time) * 1000
    if (name === 'HSETNX' && key === keys.stops) stoppedAt = at
    if (name === 'ECHO') marks.get(key)?.()
    if (name !== 'HSET' || !key.startsWith(keys.incident(''))) return
    const stage = args.find((field) => field.startsWith('decision:'))?.slice('decision:'.length)
    if (stage) commits.push({ id: key.slice(keys.incident('').length), stage, at, stopped: stoppedAt > 0 })
  })
  // As `redis.monitor()`, which only knows a moment after Redis's OK that it is monitoring, and fails at what came with it.
  monitor.once('ready', () => Object.assign(monitor, { status: 'monitoring' }))
  await once(monitor, 'monitoring')
  return {
    commits,
    stoppedAt: () => stoppedAt,
    /** Resolves when all that Redis has done until now was seen. */
    caughtUp: async () => {
      const mark = `${keys.prefix}${commits.length}:${Math.random()}`
      const seen = new Promise<void>((resolve) => marks.set(mark, resolve))
      await redis.echo(mark)
      await seen
    },
    end: () => monitor.disconnect(),
  }
}

const FEEDERS = 8
const MOST_BEFORE = 150
const AFTER = 60

export const stopRun = async (redis: Redis, load: Load, scope: string): Promise<StopRun> => {
  load.ids.clear()
  const seen = await watch(redis, load)
  const order = { scope, by: 'bench', reason: 'measured' }
  const now = () => new Date().toISOString()
  const { stops } = load.ledger
  const moment = Math.floor(Math.random() * MOST_BEFORE)
  let [began, took, last] = [0, 0, Number.POSITIVE_INFINITY]
  const stop = async () => {
    began = performance.now()
    await stops.engage(order, now())
    took = performance.now() - began
    last = load.ids.size + AFTER
  }
  let stopping: Promise<void> | undefined
  const feeder = async () => {
    while (load.ids.size < last) {
      await load.feed()
      if (load.ids.size >= moment) stopping ??= stop()
    }
  }
  try {
    await Promise.all(Array.from({ length: FEEDERS }, feeder))
    await stopping
    const inFlight = async () => (await load.ledger.accounting()).in_flight ?? 0
    while ((await inFlight()) > (await stops.sample()).held) await delay(20)
    await seen.caughtUp()
    const { held } = await stops.sample()
    const commits = [...seen.commits]
    await stops.lift(order, now())
    while ((await inFlight()) > 0) await delay(20)

    const covers = ({ id, stage }: Commit) =>
      scope === 'global' || (load.ids.get(id) === 'covered' && (!scope.startsWith('action:') || stage === 'dry-run'))
    const own = commits.filter(covers)
    const missing = imbalance(await load.ledger.accounting())
    return {
      scope,
      before: own.filter(({ stopped }) => !stopped).length,
      after: own.filter(({ stopped }) => stopped).length,
      others_after: commits.filter((commit) => commit.stopped && !covers(commit)).length,
      last_commit_ms: Math.max(...own.map(({ at }) => at)) - seen.stoppedAt(),
      order_ms: took,
      held,
      wrong: [...(await load.wrong()), ...(missing === 0 ? [] : [`accounting is off by ${missing}`])],
    }
  } finally {
    seen.end()
  }
}
