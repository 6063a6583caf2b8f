/** `interlock policy check`: a whole policy folder, every file at once, and the best verdict each class can give today. */
import { join } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { loadConfig } from '../shared/config.ts'
import { checkPolicies } from '../shared/policy/check-policies.ts'
import { PolicyError } from '../shared/policy/policy-error.ts'
import { classesIn, type PolicyFiles, readPolicyFiles, unreadFiles } from '../shared/policy/policy-files.ts'
import { parsePolicies } from '../shared/policy/policy-folder.ts'
import { ACTIONS } from '../workers/actions/index.ts'
import { type ClassForecast, forecast, type TargetVerdict } from '../workers/forecast/forecast.ts'
import { type Answer, answerError, CommandError, printAnswer } from './answer.ts'
import { findingLines } from './finding-lines.ts'
import { table } from './table.ts'

const HEAD = ['CLASS', 'ACTION', 'SERVICE', 'BEST VERDICT', 'HELD BACK BY']

const named = ({ service, namespace }: TargetVerdict): string => `${service}/${namespace}`

/** Services that come to the same for the same reasons, together; the best first, as they came. */
const grouped = (targets: readonly TargetVerdict[]): TargetVerdict[][] => {
  const groups = new Map<string, TargetVerdict[]>()
  for (const target of targets) {
    const alike = JSON.stringify([target.verdict, target.held_back_by])
    const group = groups.get(alike)
    if (group) group.push(target)
    else groups.set(alike, [target])
  }
  return [...groups.values()]
}

/** One line per reason; what is the same as in the line above is left out. */
const rowsOf = ({ incident_class, action, best, targets }: ClassForecast): string[][] => {
  if (action === null) return [[incident_class, '-', 'every', best, 'policy_invalid: mend its files first']]
  return grouped(targets).flatMap(([first, ...alike], place) => {
    if (!first) return []
    const ofClass = place === 0 ? [incident_class, action] : ['', '']
    const services = alike.length === 0 ? named(first) : `${named(first)} and ${alike.length} more`
    const reasons = first.held_back_by.map(({ code, message }) =>
      (code === first.verdict ? message : `${code}: ${message}`).replace(/[\p{Cc}\s]+/gu, ' '),
    )
    const [reason = '', ...more] = reasons
    return [[...ofClass, services, first.verdict, reason], ...more.map((further) => ['', '', '', '', further])]
  })
}

/** Null where settings.yaml, services.yaml or a mapping is broken: without them no class can decide anything. */
const forecastOf = async (dir: string, files: PolicyFiles, now: string) => {
  try {
    return forecast(await parsePolicies(dir, files), now)
  } catch (error) {
    if (error instanceof PolicyError) return null
    throw error
  }
}

const verdictTable = (classes: readonly ClassForecast[] | null): string => {
  if (classes === null) return 'no verdicts: settings.yaml, services.yaml and sources/ must be mended first'
  return classes.length === 0 ? '' : table(HEAD, classes.flatMap(rowsOf))
}

/**
 * The document of `--json`: `{"outcome":"pass"|"block","dir","at","findings":[{"file","line","column","code","message",
 * "fix"}],"classes":[{"incident_class","action","best","targets":[{"service","namespace","verdict","held_back_by":[{"code",
 * "message"}]}]}]}`. `now` is RFC 3339 with milliseconds. Throws PolicyError where the folder cannot be read.
 */
export const checkPolicyFolder = async (dir: string, now: string): Promise<Answer> => {
  const files = await readPolicyFiles(dir)
  const findings = checkPolicies({ ...files, unread: await unreadFiles(dir, files.classes) }, ACTIONS)
  const classes = await forecastOf(dir, files, now)
  const json = { outcome: findings.length === 0 ? 'pass' : 'block', dir, at: now, findings, classes: classes ?? [] }
  const out = verdictTable(classes)
  const summary = `policies=${dir} classes=${classesIn(files).length} findings=${findings.length}`
  if (findings.length === 0) return { exit: 0, json, out: `${out}\nPASS: ${summary}` }
  const lines = findingLines(findings.map((finding) => ({ ...finding, file: join(dir, finding.file) })))
  return { exit: 1, json, out, err: [`BLOCK: ${summary}`, ...lines].join('\n') }
}

const timeOf = (now: string | undefined): string => {
  if (now === undefined) return new Date().toISOString()
  if (z.iso.datetime({ offset: true }).safeParse(now).success) return new Date(now).toISOString()
  throw new CommandError('option_invalid', `--now is '${now}': give a time such as 2026-05-17T11:42:00Z`)
}

const HELP = `
Checks every file of the folder at once and more strictly than what loads it: made to run before a change is merged. The
table says for each class and service the best verdict an incident can get today, with which nothing else is wrong, and what
holds it back. What only a running installation knows (stops, budgets, repeats) is not looked at.

Exit codes: 0 the folder is valid, 1 something in a file is wrong, 2 the folder or a file cannot be read.

Examples:
  $ interlock policy check
  $ interlock policy check policies --json
  $ interlock policy check policies --now 2026-12-24T12:00:00Z
`

const check = new Command('check')
  .description('check a whole policy folder, and say what each class can decide today')
  .argument('[dir]', 'the policy folder; POLICY_DIR if none is named')
  .option('--now <time>', 'the time at which freezes are judged, RFC 3339; now if none is named')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action(async (dir: string | undefined, { now, json }: { now?: string; json?: boolean }) => {
    const answer = checkPolicyFolder(dir ?? loadConfig().POLICY_DIR, timeOf(now))
    printAnswer(await answer.catch(answerError), json === true)
  })

export const policyCommand = new Command('policy').description('check a policy folder').addCommand(check)
