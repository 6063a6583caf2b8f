/** The end of the demo: the table of verdicts, the totals, and whether everything is accounted for. Pure. */
import { describeAccounting, imbalance } from '../../shared/ledger/accounting.ts'
import { type Colours, colourVerdict } from '../colours.ts'
import { table } from '../table.ts'
import type { Played } from './play-scenario.ts'

export interface DemoOutcome {
  played: readonly Played[]
  accounting: Record<string, number>
  audit: { code: number | null; out: string }
  seconds: number
}

export interface DemoRow {
  incident_id: string
  incident_class: string
  sources: string[]
  score: number | null
  verdict: string | null
  blockers: { code: string; message: string }[]
}

export const rowsOf = (played: readonly Played[]): DemoRow[] =>
  played.flatMap(({ incidents }) =>
    incidents.map(({ incident_id, incident_class, sources, stages, verdict }) => ({
      incident_id,
      incident_class,
      sources: [...new Set(sources.map(({ source }) => source))],
      score: stages.readiness?.score ?? null,
      verdict: verdict?.verdict ?? null,
      blockers: verdict?.blockers ?? [],
    })),
  )

/** Everything that is not as it must be; empty when the demo has shown what it set out to show. */
export const problemsOf = ({ played, accounting, audit }: DemoOutcome): string[] => {
  const missing = imbalance(accounting)
  return [
    ...played.flatMap(({ title, problems }) => problems.map((problem) => `${title}: ${problem}`)),
    ...(missing === 0 ? [] : [`${missing} alerts are unaccounted for: ${describeAccounting(accounting)}`]),
    ...(accounting.in_flight ? [`${accounting.in_flight} incidents are still in flight`] : []),
    ...(audit.code === 0 ? [] : [`interlock audit verify ended with ${audit.code}: ${audit.out}`]),
  ]
}

const count = (items: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const item of items) counts[item] = (counts[item] ?? 0) + 1
  return counts
}

/** How the API answered, by outcome; a request refused as a whole counts as `refused`. */
export const answersOf = (played: readonly Played[]): Record<string, number> =>
  count(
    played.flatMap(({ answers }) =>
      answers.flatMap(({ status, incidents }) =>
        status >= 400 ? ['refused'] : incidents.map(({ outcome }) => outcome),
      ),
    ),
  )

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, number]) => `${number} ${name}`)
    .join(', ')

export const demoTable = (rows: readonly DemoRow[], colours: Colours): string =>
  table(
    ['INCIDENT', 'SOURCES', 'SCORE', 'VERDICT', 'REASONS'].map((title) => colours.bold(title)),
    rows.map(({ incident_id, sources, score, verdict, blockers }) => [
      incident_id,
      sources.join(', '),
      score === null ? '-' : `${score}/25`,
      verdict === null ? 'none' : colourVerdict(verdict, colours),
      blockers.map(({ code }) => code).join(', '),
    ]),
  )

export const demoTotals = ({ played, accounting, audit, seconds }: DemoOutcome): string => {
  const rows = rowsOf(played)
  return [
    `${played.length} scenarios in ${seconds.toFixed(1)} s: ${rows.length} incidents, ${listed(count(rows.map(({ verdict }) => verdict ?? 'without verdict')))}`,
    `answers to alerts: ${listed(answersOf(played))}`,
    `accounted for: ${imbalance(accounting) === 0 ? 'everything' : 'NOT everything'} (${describeAccounting(accounting)})`,
    `audit verify: ${audit.out}`,
  ].join('\n')
}
