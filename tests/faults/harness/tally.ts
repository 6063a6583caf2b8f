/** What a soak came to, added up over its rounds: for progress, for the table at the end, and as JSON. */
import { z } from 'zod'
import { type Findings, NOTHING_FOUND } from './findings.ts'

export interface Tally {
  seed: number
  seconds: number
  /** How often each kind was inflicted. */
  faults: Record<string, number>
  /** How many incidents ended with each verdict. */
  incidents: Record<string, number>
  found: Findings
  /** How many of them came out the same, byte for byte, when they were decided again; and those that did not. */
  replayed: { identical: number; otherwise: string[] }
  /** What no fault explains: a delivery that was never acknowledged, a fault that nobody felt. */
  failures: string[]
}

export const emptyTally = (seed: number, kinds: readonly string[]): Tally => ({
  seed,
  seconds: 0,
  faults: Object.fromEntries(kinds.map((kind) => [kind, 0])),
  incidents: {},
  found: structuredClone(NOTHING_FOUND),
  replayed: { identical: 0, otherwise: [] },
  failures: [],
})

/** Enough to see what it is; there may be thousands. */
const KEPT = 20
const KINDS = Object.keys(NOTHING_FOUND) as (keyof Findings)[]

/** What `interlock replay --all --json` prints, as far as it is looked at. */
const Replay = z.object({
  identical: z.number(),
  listed: z.array(z.looseObject({ incident_id: z.string(), outcome: z.string() })),
  not_listed: z.number(),
})

export const addReplay = ({ replayed }: Tally, json: string): void => {
  const { identical, listed, not_listed } = Replay.parse(JSON.parse(json))
  replayed.identical += identical
  replayed.otherwise.push(...listed.map((one) => JSON.stringify(one)))
  if (not_listed > 0) replayed.otherwise.push(`and ${not_listed} more`)
}

export const addRound = (tally: Tally, found: Findings, incidents: Record<string, number>): void => {
  for (const [verdict, count] of Object.entries(incidents))
    tally.incidents[verdict] = (tally.incidents[verdict] ?? 0) + count
  for (const kind of KINDS) tally.found[kind].push(...found[kind])
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)

/** Nothing found is nothing shown unless there was something to find it in, and every incident was decided again. */
export const isClean = ({ incidents, found, replayed, failures }: Tally): boolean =>
  failures.length === 0 &&
  sum(incidents) > 0 &&
  replayed.identical === sum(incidents) &&
  replayed.otherwise.length === 0 &&
  KINDS.every((kind) => found[kind].length === 0)

const row = (name: string, value: number | string) => `${name.padEnd(26)}${String(value).padStart(8)}`

export const tableOf = (tally: Tally): string => {
  const { seed, seconds, faults, incidents, found, replayed, failures } = tally
  const verdicts = Object.entries(incidents).map(([name, count]) => row(`  ${name.replace('verdict:', '')}`, count))
  const findings = KINDS.flatMap((kind) => [
    row(kind.replaceAll('_', ' '), found[kind].length),
    ...found[kind].slice(0, KEPT).map((line) => `  - ${line}`),
  ])
  return [
    row('faults', sum(faults)),
    ...Object.entries(faults).map(([kind, count]) => row(`  ${kind}`, count)),
    row('incidents', sum(incidents)),
    ...verdicts.sort(),
    ...findings,
    row('replayed identical', replayed.identical),
    ...replayed.otherwise.slice(0, KEPT).map((line) => `  - ${line}`),
    ...failures.map((failure) => `failure: ${failure}`),
    `${isClean(tally) ? 'PASS' : 'BLOCK'} seed=${seed} seconds=${Math.round(seconds)}`,
  ].join('\n')
}
