/** `npm run bench:decide`: how many decisions of a stage, the pure function alone, one core makes in a second of its time. */
import { Command } from 'commander'
import type { PolicySet } from '../src/shared/contracts/policy.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { projectFile } from '../src/shared/project-file.ts'
import { idealIncident } from '../src/workers/forecast/ideal-incident.ts'
import { dryRun } from '../src/workers/stages/dry-run.ts'
import { readiness } from '../src/workers/stages/readiness.ts'
import type { ReadinessKnown } from '../src/workers/stages/readiness-known.ts'
import { median } from './measure.ts'
import { wholeNumber } from './whole-number.ts'

const MEMORY = 'high_memory_usage'
const TARGET = { service: 'appointments-api', namespace: 'prod' }
const NOW = '2026-11-20T12:00:00.000Z'
const SLICE_MS = 300

const { rounds } = new Command('npm run bench:decide --')
  .description('decisions per second of processor time on one core: no Redis, no records, no clock')
  .option('--rounds <n>', 'rounds of 0.3 s of each', wholeNumber, 7)
  .addHelpText('after', '\nExamples:\n  $ npm run bench:decide\n  $ npm run bench:decide -- --rounds 21')
  .parse()
  .opts<{ rounds: number }>()

const shipped = await loadPolicyFolder(projectFile('policies'))
const policies: PolicySet = { ...shipped, stated_at: '2026-11-20T11:00:00.000Z' }
const { normalized, incident, seen } = idealIncident(policies, MEMORY, TARGET)
const ideal: ReadinessKnown = readiness.known.parse({
  ...readiness.fromPolicies(policies, incident),
  ...seen,
  audit: { coverage: 1, problem: null },
})
const { policy } = ideal
if (!policy) throw new Error(`no policy for ${MEMORY}`)

const freeze = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z', scope: 'global', reason: 'audit' }
const low = { score: 1, evidence: [], reduction: 'nothing proves it' }
const three: ReadinessKnown = {
  ...ideal,
  policy: { ...policy, card: { ...policy.card, rollback_condition_present: false } },
  audit: { coverage: 0.7, problem: null },
  freezes: [freeze],
}
/** Nearly everything that can be wrong at once: the most that a search for the smallest changes has to do. */
const most: ReadinessKnown = {
  ...three,
  facts: {},
  conflicts: [
    {
      field: 'pod',
      values: [
        { source: 'grafana', value: 'a' },
        { source: 'pagerduty', value: 'b' },
      ],
    },
  ],
  policy: {
    ...policy,
    card: {
      scores: { spec: low, implementation: low, verification: low, process: low },
      ...{ rollback_condition_present: null, blast_radius_known: null, radius_of_impact: null, dry_run_verified: null },
    },
  },
}
const judging = (known: ReadinessKnown) => () => readiness.decide(normalized, known, NOW)
const ready = judging(ideal)().output
const planned = dryRun.known.parse({
  ...dryRun.fromPolicies(policies, incident),
  ...{ conflicts: seen.conflicts, readiness_recorded: true, step_confirmed: false, first_run: true },
})

const CASES = {
  'readiness: pass, nothing to flip': judging(ideal),
  'readiness: three blockers, with their flip': judging(three),
  'readiness: nearly every blocker, with their flip': judging(most),
  'dry-run: pass, with the plan and its digest': () => dryRun.decide(ready, planned, NOW),
}

/** Other processes on the machine take time on the clock, and none of this one's. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const perSecond = (decide: () => unknown): number => {
  const began = cpuMs()
  let decisions = 0
  for (let spent = 0; spent < SLICE_MS; spent = cpuMs() - began) for (let i = 0; i < 50; i++, decisions++) decide()
  return (decisions * 1000) / (cpuMs() - began)
}

const row = (cells: readonly string[]) =>
  `${cells[0]?.padEnd(50)}${cells
    .slice(1)
    .map((cell) => cell.padStart(14))
    .join('')}\n`
process.stdout.write(row(['decision', 'blockers', 'per second', 'us each']))
for (const [name, decide] of Object.entries(CASES)) {
  perSecond(decide)
  const figure = median(Array.from({ length: rounds }, () => perSecond(decide)))
  const { outcome, ...rest } = decide() as { outcome: string; blockers?: unknown[] }
  const blockers = outcome === 'next' ? 0 : (rest.blockers?.length ?? 0)
  process.stdout.write(row([name, String(blockers), figure.toFixed(0), (1e6 / figure).toFixed(1)]))
}
