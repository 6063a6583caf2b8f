/** The flood: twenty times what can be sustained, forged, repeated and new, with urgent alerts among it; and what came of it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { percentiles } from '../../bench/measure.ts'
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import type { Poured } from './pour.ts'
import { pourApart } from './pour-apart.ts'
import { openSite, type Site } from './site.ts'
import { sendUrgent } from './urgent-sender.ts'

const TIMES = 20
/** Numbers of faults: none is told of twice but on purpose. */
const FIRST = { measured: 0, flood: 1_000_000, urgent: 9_000_000 }
const URGENT_EVERY_MS = 200
/** The flood comes from other addresses than the urgent: a limit that tells them apart must hold, as it does on a site. */
const URGENT_FROM = '127.0.0.2'
const FLOOD_FROM = Array.from({ length: 10 }, (_, n) => `127.0.0.${n + 3}`)
const DRAIN_MS = 300_000

export interface Settings {
  installation: string
  seconds: number
  /** How long to look for the rate that can be sustained. */
  measureSeconds: number
}

export interface Outcome {
  sustainable: number
  poured: Poured
  shed: Record<string, number>
  urgent: { sent: number; refused: Record<string, number>; ms: { p50: number; p95: number; p99: number } }
  /** By process, in MB: once the flood was under way, at its end, and the most. */
  memory: Record<string, { begin: number; end: number; most: number }>
  accepted: number
  /** Acknowledged incidents without a verdict. */
  lost: string[]
  imbalance: number
}

const drained = async (ledger: IncidentLedger): Promise<void> => {
  for (const deadline = Date.now() + DRAIN_MS; ; await delay(250)) {
    const { in_flight = 0 } = await ledger.accounting()
    if (in_flight === 0) return
    if (Date.now() > deadline) throw new Error(`${in_flight} incidents are still in flight after ${DRAIN_MS / 1000} s`)
  }
}

/** What a second accepts and brings to its verdict, with all processes at work. */
const sustainableRate = async (site: Site, ledger: IncidentLedger, seconds: number): Promise<number> => {
  const pouring = { from: FLOOD_FROM, seconds, rate: 100_000, window: 50 }
  const { began } = await pourApart({ address: site.address, pouring, kind: 'new', first: FIRST.measured })
  await drained(ledger)
  return (await ledger.count()) / ((Date.now() - began) / 1000)
}

const watchMemory = (site: Site) => {
  const seen: Record<string, number>[] = []
  const timer = setInterval(
    () =>
      void site.memory().then(
        (now) => seen.push(now),
        () => {},
      ),
    1000,
  )
  return {
    end: (): Outcome['memory'] => {
      clearInterval(timer)
      const under = seen.slice(Math.floor(seen.length / 4))
      const names = Object.keys(under[0] ?? {})
      return Object.fromEntries(
        names.map((name) => {
          const values = under.map((one) => one[name] ?? 0)
          return [name, { begin: values[0] ?? 0, end: values.at(-1) ?? 0, most: Math.max(...values) }]
        }),
      )
    },
  }
}

export const flood = async (redis: Redis, redisUrl: string, settings: Settings): Promise<Outcome> => {
  const ledger = new IncidentLedger(redis, settings.installation)
  const site = await openSite(redisUrl, settings.installation)
  try {
    const sustainable = await sustainableRate(site, ledger, settings.measureSeconds)
    const memory = watchMemory(site)
    const urgent = sendUrgent(site.address, URGENT_FROM, FIRST.urgent, URGENT_EVERY_MS)
    const pouring = { from: FLOOD_FROM, seconds: settings.seconds, rate: Math.ceil(sustainable * TIMES) }
    const poured = await pourApart({ address: site.address, pouring, kind: 'mixed', first: FIRST.flood })
    await urgent.end()
    const took = memory.end()
    const shed = await site.shed()
    await drained(ledger)
    const verdictAt = async (id: string) => Date.parse((await ledger.readRecord(id))?.verdict?.at ?? '')
    const ms = await Promise.all([...urgent.sent].map(async ([id, at]) => (await verdictAt(id)) - at))
    const all = [...poured.accepted, ...urgent.sent.keys()]
    const ends = await Promise.all(all.map(async (id) => [id, await verdictAt(id)] as const))
    return {
      ...{ sustainable, poured, shed, memory: took, accepted: all.length },
      urgent: { sent: urgent.sent.size, refused: urgent.refused, ms: percentiles(ms) },
      lost: ends.filter(([, at]) => Number.isNaN(at)).map(([id]) => id),
      imbalance: imbalance(await ledger.accounting()),
    }
  } finally {
    await site.stop()
  }
}
