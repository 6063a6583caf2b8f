/** `interlock demo`: a whole installation on this machine, real webhooks in, a table of verdicts out, and nothing left. */
import { once } from 'node:events'
import { constants } from 'node:os'
import { Command } from 'commander'
import { loadConfig } from '../shared/config.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { type Colours, coloursFor } from './colours.ts'
import { apiClient } from './demo/api-client.ts'
import { type DemoInstallation, startDemoInstallation } from './demo/demo-installation.ts'
import { answersOf, type DemoOutcome, demoTable, demoTotals, problemsOf, rowsOf } from './demo/demo-report.ts'
import { connection, nextSteps, nextStepsWhileRunning } from './demo/next-steps.ts'
import { type Played, playScenario } from './demo/play-scenario.ts'
import { progressLines } from './demo/progress-lines.ts'
import { SCENARIOS } from './demo/scenarios.ts'

interface Options {
  keep?: boolean
  json?: boolean
}

type Say = (line: string) => void

const KINDS: Readonly<Record<DemoInstallation['redis']['kind'], string>> = {
  given: 'given by REDIS_URL',
  installed: 'installed here, started for the demo',
  unpacked: 'unpacked into the checkout, started for the demo',
  pure_js: 'JavaScript stand-in',
}

const introduce = ({ redis, processes }: DemoInstallation, say: Say): void => {
  say(`   redis                       ${redis.url} (${KINDS[redis.kind]})`)
  for (const { name, address } of processes) say(`   ${name.padEnd(27)} ${address}`)
}

const play = async (
  installation: DemoInstallation,
  signal: AbortSignal,
  colours: Colours,
  say: Say,
): Promise<DemoOutcome> => {
  const api = apiClient(installation.processes[0]?.address ?? '', signal)
  const progress = progressLines(say, colours)
  const started = performance.now()
  const played: Played[] = []
  for (const scenario of SCENARIOS) {
    const one = await playScenario(scenario, api, progress)
    played.push(one)
    // A pipeline that gives no verdict would keep us waiting for each of the others too.
    if (one.incidents.some(({ verdict }) => verdict === null)) break
  }
  const seconds = (performance.now() - started) / 1000
  return { played, seconds, accounting: await installation.accounting(), audit: await installation.verifyAudit() }
}

/** Rejects as soon as one of the processes ends: without it nothing that follows would mean anything. */
const anyFailure = ({ processes }: DemoInstallation): Promise<never> =>
  Promise.race(processes.map(({ failure }) => failure))

/** The processes' own words; shown only when something went wrong. */
const lastWords = ({ processes }: DemoInstallation): string[] =>
  processes.flatMap(({ name, lastLines }) => {
    const lines = lastLines()
    return lines.length === 0 ? [] : ['', `the last lines of "${name}":`, ...lines]
  })

const answerOf = (outcome: DemoOutcome, running: DemoInstallation, keep: boolean, colours: Colours): Answer => {
  const rows = rowsOf(outcome.played)
  const problems = problemsOf(outcome)
  const { accounting, audit, seconds } = outcome
  const next = keep ? nextStepsWhileRunning(running, rows, colours) : nextSteps(colours)
  const answer = {
    json: {
      outcome: problems.length === 0 ? 'pass' : 'block',
      incidents: rows,
      answers: answersOf(outcome.played),
      accounting,
      audit: audit.out,
      seconds,
      problems,
      ...(keep && { running: connection(running) }),
    },
    out: ['', demoTable(rows, colours), '', demoTotals(outcome), next].join('\n'),
  }
  if (problems.length === 0) return { exit: 0, ...answer }
  const reasons = problems.map((problem) => `  - ${problem}`)
  return { exit: 1, ...answer, err: ['BLOCK: not as it must be', ...reasons, ...lastWords(running)].join('\n') }
}

const run = async ({ keep = false, json = false }: Options, signal: AbortSignal): Promise<void> => {
  const config = loadConfig()
  const colours = coloursFor(process.stdout)
  const say: Say = (line) => {
    if (!json) process.stdout.write(`${line}\n`)
  }
  say(`${colours.bold('Interlock demo')}: starting the API and one worker per stage …`)
  const installation = await startDemoInstallation(config, signal)
  try {
    introduce(installation, say)
    const outcome = await Promise.race([play(installation, signal, colours, say), anyFailure(installation)])
    printAnswer(answerOf(outcome, installation, keep, colours), json)
    if (keep && !signal.aborted) await Promise.race([once(signal, 'abort'), anyFailure(installation)])
  } catch (error) {
    if (!signal.aborted && !json) process.stderr.write(`${lastWords(installation).join('\n')}\n`)
    throw error
  } finally {
    await installation.stop()
  }
}

/** A second Ctrl-C ends the demo at once; what it started then ends by itself. */
const demo = async (options: Options): Promise<void> => {
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort(signal))
  try {
    await run(options, interruption.signal)
  } catch (error) {
    const { aborted, reason } = interruption.signal
    const thrown = aborted
      ? new CommandError('interrupted', 'interrupted: everything it had started is stopped')
      : error
    printAnswer(answerError(thrown), options.json === true)
    if (aborted) process.exitCode = 128 + constants.signals[reason as 'SIGINT' | 'SIGTERM']
  }
}

export const demoCommand = new Command('demo')
  .description('run everything on this machine: real webhooks in, a table of verdicts out')
  .option('--keep', 'leave it running until Ctrl-C, and print where it can be asked')
  .option('--json', 'print one JSON document instead of the progress and the table')
  .addHelpText(
    'after',
    `
Takes REDIS_URL, an installed Redis or one unpacked into the checkout, and leaves nothing behind. Every scenario says
what must come of it.

Exit codes: 0 everything went as it must, 1 something did not, 2 it could not be run, 130 interrupted.

Examples:
  $ interlock demo
  $ interlock demo --keep`,
  )
  .action(demo)
