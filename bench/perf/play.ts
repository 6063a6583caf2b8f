/** Plays one scenario in rounds, each on the bare engine and then on real processes, in one database. */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Verdict } from '../../src/shared/contracts/incident.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { bareEngine } from '../bare-engine.ts'
import { latency, median, percentiles, throughput } from '../measure.ts'
import { type Delivered, deliver } from './deliver.ts'
import type { Figures } from './judge.ts'
import type { Scenario } from './plan.ts'
import { type Processes, startProcesses, type Usage } from './processes.ts'

const INSTALLATION = 'perf'
/** As in production: the default of a worker. */
const CONCURRENCY = 50
/** In turn, so that what else the machine does meets both engines, and a burst of it one round alone. */
const ROUNDS = 5
/** Of a round. */
const BARE = { incidents: 1000, seconds: 2 }
/** Before anything is measured: what is compiled, connected and cached once. */
const WARM_UP = { seconds: 2, rate: 50 }
const DRAIN_MS = 60_000
const BETWEEN_LOOKS_MS = 200

/** What the bare engine makes of it: milliseconds at the scenario's rate, or incidents a second. */
const bare = async (
  redis: Redis,
  scenario: Scenario,
  round: number,
): Promise<{ p95: number } | { throughput: number }> => {
  const engine = bareEngine(redis, `bare-${round}`, CONCURRENCY)
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

/** From accepted to verdict, of those that have one. */
const verdictTimes = (times: readonly Times[]): number[] =>
  times.flatMap(({ accepted, ended }) => (ended === null ? [] : [ended - accepted]))

export interface Played {
  figures: Figures
  usage: (Usage & { cpu_share: number })[]
}

const usedBetween = (before: readonly Usage[], after: readonly Usage[], seconds: number) =>
  after.map((now, i) => ({ ...now, cpu_share: (now.cpu_seconds - (before[i]?.cpu_seconds ?? Number.NaN)) / seconds }))

interface Round {
  delivered: Delivered
  /** While the processes had something to do. */
  seconds: number
  times: readonly Times[]
  per_second: number
  /** Of p95 or of throughput. */
  ratio: number
}

const playRound = async (
  redis: Redis,
  processes: Processes,
  scenario: Scenario,
  round: number,
  first: number,
): Promise<Round> => {
  const ledger = new IncidentLedger(redis, INSTALLATION)
  const floor = await bare(redis, scenario, round)
  const began = Date.now()
  const delivered = await deliver(processes.address, { ...scenario, seconds: scenario.seconds / ROUNDS }, first)
  await drained(ledger)
  const seconds = (Date.now() - began) / 1000
  const times = await timesOf(redis, ledger, began)
  const took = verdictTimes(times)
  const per_second = (took.length * 1000) / (Math.max(...times.map(({ ended }) => ended ?? began)) - began)
  const ratio = 'p95' in floor ? percentiles(took).p95 / floor.p95 : per_second / floor.throughput
  return { delivered, seconds, times, per_second, ratio }
}

/** Counts of all rounds, times over all their incidents, the rate of the median round, and every ratio. */
const figuresOf = (scenario: Scenario, rounds: readonly Round[]): Figures => {
  const total = (count: (round: Round) => number) => rounds.reduce((sum, round) => sum + count(round), 0)
  const took = rounds.flatMap(({ times }) => verdictTimes(times))
  const accept = percentiles(rounds.flatMap(({ delivered }) => delivered.accept_ms))
  const ratios = rounds.map(({ ratio }) => ratio)
  return {
    sent: total(({ delivered }) => delivered.sent),
    errors: total(({ delivered }) => delivered.errors),
    lost: total(({ times }) => times.length) - took.length,
    accept_ms: { p50: accept.p50, p99: accept.p99 },
    verdict_ms: percentiles(took),
    per_second: median(rounds.map(({ per_second }) => per_second)),
    ratios: 'rate' in scenario ? { p95: ratios } : { throughput: ratios },
  }
}

export const play = async (url: string, scenario: Scenario): Promise<Played> => {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  try {
    await redis.flushall()
    const processes = await startProcesses(url, INSTALLATION)
    try {
      let { sent } = await deliver(processes.address, WARM_UP, 0)
      await drained(new IncidentLedger(redis, INSTALLATION))
      const before = await processes.usage(redis)
      const rounds: Round[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const played = await playRound(redis, processes, scenario, round, sent)
        sent += played.delivered.sent
        rounds.push(played)
      }
      const busy = rounds.reduce((sum, { seconds }) => sum + seconds, 0)
      const usage = usedBetween(before, await processes.usage(redis), busy)
      return { figures: figuresOf(scenario, rounds), usage }
    } finally {
      await processes.stop()
    }
  } finally {
    redis.disconnect()
  }
}
