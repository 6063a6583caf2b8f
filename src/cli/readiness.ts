/** `interlock readiness`: judges a readiness card, PASS or BLOCK with every reason. */
import { Command } from 'commander'
import { IncidentCard } from '../shared/contracts/card.ts'
import type { Profile } from '../shared/contracts/policy.ts'
import { loadPolicyFolder } from '../shared/policy/policy-folder.ts'
import { BUILT_IN_PROFILES, findProfile } from '../shared/policy/profiles.ts'
import { gateFromCard } from '../workers/blockers/gate-input.ts'
import { judge } from '../workers/blockers/judge.ts'
import { type Answer, CommandError, printAnswer } from './answer.ts'
import { readGateContext } from './read-gate-context.ts'
import { parseInput, readData } from './read-input.ts'
import { reasonLines } from './reason-lines.ts'

export interface ReadinessOptions {
  readiness?: string
  profile: string
  policyDir?: string
  contextFile?: string
}

const profileNamed = async ({ profile: name, policyDir }: ReadinessOptions): Promise<Profile> => {
  const profiles = policyDir === undefined ? BUILT_IN_PROFILES : (await loadPolicyFolder(policyDir)).profiles
  const profile = findProfile(profiles, name)
  if (profile) return profile
  const known = Object.keys(profiles).join(', ')
  throw new CommandError('unknown_profile', `--profile is '${name}': use one of ${known}`)
}

/** Throws CommandError or PolicyError where the input cannot be used. */
export const judgeCard = async (options: ReadinessOptions): Promise<Answer> => {
  const input = readData(options.readiness, '--readiness <file>')
  const card = parseInput(IncidentCard, input, options.readiness ?? '')
  const gate = { ...gateFromCard(card, await profileNamed(options)), ...readGateContext(options.contextFile) }
  const { outcome, score, threshold, mode, blockers, flip } = judge(gate)
  const json = { outcome, incident_id: card.incident_id, score, threshold, mode, blockers, flip }
  const line = `incident=${card.incident_id} score=${score}/25`
  if (outcome === 'pass') return { exit: 0, json, out: `PASS ${line}` }
  const suffix = mode === 'semi_manual' ? ' mode=semi_manual' : ''
  return { exit: 1, json, err: [`BLOCK ${line}${suffix}`, ...reasonLines(blockers)].join('\n') }
}

const HELP = `
Examples:
  $ interlock readiness --readiness readiness.json
  $ interlock readiness --readiness readiness.json --profile high_cost --json
  $ interlock readiness --readiness readiness.json --context-file fixtures/blockers/source_conflict.context.yaml

A card alone has no sources, conflicts, freezes or earlier passes beside it; --context-file states them.
PASS is printed on stdout; BLOCK and its reasons, one a line, on stderr. --json also says what would flip the verdict.

Exit codes: 0 pass (mode auto), 1 block (semi-manual too), 2 the card or the profile cannot be used.
`

export const readinessCommand = new Command('readiness')
  .description('judge a readiness card: PASS or BLOCK, with reasons')
  .option('--readiness <file>', 'the card of one incident, JSON or YAML')
  .option('--profile <name>', `thresholds to judge by: ${Object.keys(BUILT_IN_PROFILES).join(', ')}`, 'default')
  .option('--policy-dir <dir>', 'a policy folder whose settings.yaml may add profiles')
  .option('--context-file <file>', 'conflicts, sources, freezes and earlier passes (spent), JSON or YAML')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action(async ({ json, ...options }: ReadinessOptions & { json?: boolean }) => {
    printAnswer(await judgeCard(options), json === true)
  })
