/** `npm run perf`: scenarios on real processes, judged by the objectives and by the ratio to the bare engine. See bench/README.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { table } from '../src/cli/table.ts'
import { parseYamlAs } from '../src/shared/policy/parse-yaml.ts'
import { projectFile } from '../src/shared/project-file.ts'
import { startRedis } from '../src/shared/redis-server.ts'
import { type Figures, judge, ratioOf } from './perf/judge.ts'
import { Baseline, PerfPlan } from './perf/plan.ts'
import { type Played, play } from './perf/play.ts'

const BASELINE = projectFile('bench/perf-baseline.json')

const command = new Command('npm run perf --')
  .description('play the scenarios of bench/perf.yaml on real processes; exit 1 where one is not good enough')
  .argument('[scenario...]', 'which; all of them where none is named')
  .option('--plan <file>', 'another plan', projectFile('bench/perf.yaml'))
  .option('--save-baseline', 'keep the ratios of this run as what later ones are judged by')
  .option('--json <file>', 'write the figures as JSON as well')
  .addHelpText('after', '\nExample:\n  npm run perf -- typical peak --json figures.json')
  .parse()
const { plan: planFile, saveBaseline, json } = command.opts<{ plan: string; saveBaseline?: true; json?: string }>()

/** Usage and unreadable input end with 2, as everywhere. */
const refuse = (why: string): never => command.error(`error: ${why}`, { exitCode: 2 })
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return refuse((error as Error).message)
  }
}

const parsed = parseYamlAs(PerfPlan, read(planFile))
const plan = parsed.value ?? refuse(`${planFile}: ${parsed.problem}`)
const baseline = Baseline.parse(JSON.parse(read(BASELINE)))
const names = command.args.length > 0 ? command.args : Object.keys(plan.scenarios)
const unknown = names.filter((name) => !Object.hasOwn(plan.scenarios, name))
if (unknown.length > 0) refuse(`there is no scenario ${unknown.join(', ')}: ${Object.keys(plan.scenarios).join(', ')}`)

const COLUMNS = [
  'scenario',
  'sent',
  'errors',
  'lost',
  'verdicts/s',
  'accept p50/p99 ms',
  'verdict p50/p95/p99 ms',
  'ratio to bare',
]
const ms = (...values: number[]) => values.map((value) => value.toFixed(0)).join('/')
const cells = (name: string, { sent, errors, lost, per_second, accept_ms, verdict_ms, ratios }: Figures) => [
  ...[name, String(sent), String(errors), String(lost), per_second.toFixed(0), ms(accept_ms.p50, accept_ms.p99)],
  ms(verdict_ms.p50, verdict_ms.p95, verdict_ms.p99),
  ...Object.entries(ratioOf({ ratios })).map(([kind, value]) => `${kind} ${value.toFixed(2)}`),
]
const usageCells = (name: string, { usage }: Played) =>
  usage.map(({ process, cpu_share, mb }) => [name, process, `${(cpu_share * 100).toFixed(0)} %`, `${mb.toFixed(0)} MB`])

const server = await startRedis({ NODE_ENV: 'test' })
const played: Record<string, Played> = {}
try {
  for (const [i, name] of names.entries()) {
    const scenario = plan.scenarios[name]
    if (!scenario) continue
    process.stderr.write(`${i + 1}/${names.length} ${name}: ${JSON.stringify(scenario)}\n`)
    played[name] = await play(server.url, scenario)
  }
} finally {
  await server.stop()
}

const all = Object.entries(played)
process.stdout.write(
  `${table(
    COLUMNS,
    all.map(([name, { figures }]) => cells(name, figures)),
  )}\n\n`,
)
process.stdout.write(
  `${table(
    ['scenario', 'process', 'CPU', 'memory'],
    all.flatMap(([name, one]) => usageCells(name, one)),
  )}\n\n`,
)
if (json) writeFileSync(json, `${JSON.stringify(played, null, 2)}\n`)
const ratios = Object.fromEntries(all.map(([name, { figures }]) => [name, ratioOf(figures)]))
const against = saveBaseline ? { ...baseline, ...ratios } : baseline
const judged = all.map(([name, { figures }]) => judge(name, figures, plan, against))
const wrong = judged.flatMap((one) => one.wrong)
// What misses an objective is nothing to compare with.
if (saveBaseline && wrong.length === 0) writeFileSync(BASELINE, `${JSON.stringify(against, null, 2)}\n`)
for (const finding of [...judged.flatMap((one) => one.unproven), ...wrong]) process.stdout.write(`${finding}\n`)
process.stdout.write(wrong.length === 0 ? 'PASS\n' : 'FAIL\n')
process.exitCode = wrong.length === 0 ? 0 : 1
