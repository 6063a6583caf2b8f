/** Plays one scenario, first on the bare engine and then on real processes, in a fresh database each. */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Verdict } from '../../src/shared/contracts/incident.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { bareEngine } from '../bare-engine.ts'
import { latency, percentiles, throughput } from '../measure.ts'
import { deliver } from './deliver.ts'
import type { Figures } from './judge.ts'
import type { Scenario } from './plan.ts'
import { type Processes, startProcesses, type Usage } from './processes.ts'

const INSTALLATION = 'perf'
/** As in production: the default of a worker. */
const CONCURRENCY = 50
const BARE = { incidents: 5000, seconds: 10 }
/** Before anything is measured: what is compiled, connected and cached once. */
const WARM_UP = { seconds: 2, rate: 50 }
const DRAIN_MS = 60_000
const BETWEEN_LOOKS_MS = 500

/** What the bare engine makes of it: milliseconds at the scenario's rate, or incidents a second. */
const bare = async (redis: Redis, scenario: Scenario): Promise<{ p95: number } | { throughput: number }> => {
  const engine = bareEngine(redis, INSTALLATION, CONCURRENCY)
  try {
    if ('rate' in scenario) return { p95: (await latency(engine, scenario.rate, BARE.seconds)).p95 }
    return { throughput: (await throughput(engine, redis, BARE.incidents)).incidents_per_second }
  } finally {
    await engine.close()
  }
}

/**
 * Resolves when nothing is in flight and nothing came since the look before, or after a deadline: the load generator ends
 * with requests that are still on their way.
 */
const drained = async (ledger: IncidentLedger): Promise<void> => {
  let before: number | undefined
  for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await delay(BETWEEN_LOOKS_MS)) {
    const { in_flight = 0, received = 0 } = await ledger.accounting()
    if (in_flight === 0 && received === before) return
    before = received
  }
}

interface Times {
  accepted: number
  /** Null for one without a verdict. */
  ended: number | null
}

/** By the incidents' own records, in ms. */
const timesOf = async (redis: Redis, ledger: IncidentLedger, since: number): Promise<Times[]> => {
  const ids = await redis.zrangebyscore(ledger.keys.index, since, '+inf')
  const times: Times[] = []
  for (let at = 0; at < ids.length; at += 1000) {
    const found = await Promise.all(
      ids.slice(at, at + 1000).map((id) => redis.hmget(ledger.keys.incident(id), 'accepted_at', 'verdict')),
    )
    for (const [accepted, verdict] of found) {
      const ended = verdict ? Date.parse(Verdict.parse(JSON.parse(verdict)).at) : null
      times.push({ accepted: Date.parse(accepted ?? ''), ended })
    }
  }
  return times
}

export interface Played {
  figures: Figures
  usage: (Usage & { cpu_share: number })[]
}

const usedBetween = (before: readonly Usage[], after: readonly Usage[], seconds: number) =>
  after.map((now, i) => ({ ...now, cpu_share: (now.cpu_seconds - (before[i]?.cpu_seconds ?? Number.NaN)) / seconds }))

const interlock = async (redis: Redis, processes: Processes, scenario: Scenario) => {
  const ledger = new IncidentLedger(redis, INSTALLATION)
  const { sent: first } = await deliver(processes.address, WARM_UP, 0)
  await drained(ledger)
  const [before, began] = [await processes.usage(redis), Date.now()]
  const delivered = await deliver(processes.address, scenario, first)
  await drained(ledger)
  const times = await timesOf(redis, ledger, began)
  const ended = times.filter((one): one is { accepted: number; ended: number } => one.ended !== null)
  const seconds = (Math.max(...ended.map((one) => one.ended)) - began) / 1000
  return {
    figures: {
      ...delivered,
      lost: times.length - ended.length,
      verdict_ms: percentiles(ended.map((one) => one.ended - one.accepted)),
      per_second: ended.length / seconds,
    },
    usage: usedBetween(before, await processes.usage(redis), (Date.now() - began) / 1000),
  }
}

export const play = async (url: string, scenario: Scenario): Promise<Played> => {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  try {
    await redis.flushall()
    const floor = await bare(redis, scenario)
    await redis.flushall()
    const processes = await startProcesses(url, INSTALLATION)
    try {
      const { figures, usage } = await interlock(redis, processes, scenario)
      const ratio =
        'p95' in floor
          ? { p95: figures.verdict_ms.p95 / floor.p95 }
          : { throughput: figures.per_second / floor.throughput }
      return { figures: { ...figures, ratio }, usage }
    } finally {
      await processes.stop()
    }
  } finally {
    redis.disconnect()
  }
}
