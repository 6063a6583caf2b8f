/** What a soak came to, added up over its rounds: for progress, for the table at the end, and as JSON. */
import { type Findings, NOTHING_FOUND } from './findings.ts'

export interface Tally {
  seed: number
  seconds: number
  /** How often each kind was inflicted. */
  faults: Record<string, number>
  /** How many incidents ended with each verdict. */
  incidents: Record<string, number>
  found: Findings
  /** What no fault explains: a delivery that was never acknowledged, a fault that nobody felt. */
  failures: string[]
}

export const emptyTally = (seed: number, kinds: readonly string[]): Tally => ({
  seed,
  seconds: 0,
  faults: Object.fromEntries(kinds.map((kind) => [kind, 0])),
  incidents: {},
  found: structuredClone(NOTHING_FOUND),
  failures: [],
})

/** Enough to see what it is; there may be thousands. */
const KEPT = 20
const KINDS = Object.keys(NOTHING_FOUND) as (keyof Findings)[]

export const addRound = (tally: Tally, found: Findings, incidents: Record<string, number>): void => {
  for (const [verdict, count] of Object.entries(incidents))
    tally.incidents[verdict] = (tally.incidents[verdict] ?? 0) + count
  for (const kind of KINDS) tally.found[kind].push(...found[kind])
}

export const isClean = ({ found, failures }: Pick<Tally, 'found' | 'failures'>): boolean =>
  failures.length === 0 && KINDS.every((kind) => found[kind].length === 0)

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)
const row = (name: string, value: number | string) => `${name.padEnd(26)}${String(value).padStart(8)}`

export const tableOf = ({ seed, seconds, faults, incidents, found, failures }: Tally): string => {
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
    ...failures.map((failure) => `failure: ${failure}`),
    `${isClean({ found, failures }) ? 'PASS' : 'BLOCK'} seed=${seed} seconds=${Math.round(seconds)}`,
  ].join('\n')
}
