/** `interlock dry-run`: is an action pre-approved by a specify.md in this state, and what would it change? */
import { Command } from 'commander'
import { digest } from '../shared/audit/digest.ts'
import type { Blocker } from '../shared/contracts/blocker.ts'
import type { Facts } from '../shared/contracts/facts.ts'
import { findFact } from '../shared/policy/facts.ts'
import { describeFinding } from '../shared/policy/finding.ts'
import { checkPreApproval, checkRadius } from '../shared/policy/pre-approval.ts'
import { parseSpec } from '../shared/policy/spec-document.ts'
import { findAction } from '../workers/actions/index.ts'
import { planAction } from '../workers/actions/plan-action.ts'
import { type Answer, CommandError, printAnswer } from './answer.ts'
import { readContext } from './read-context.ts'
import { readText } from './read-input.ts'
import { reasonLines } from './reason-lines.ts'

export interface DryRunOptions {
  spec?: string
  action?: string
  context?: string[]
  contextFile?: string
}

/**
 * The plan, or why there is none. While the context does not name the target, the list's approval is all that is asked
 * for; with the target it is the plan, and then what it needs must be known, as in the pipeline.
 */
const planFrom = (name: string, facts: Facts) => {
  const action = findAction(name)
  if (!action) return { plan: null, radius: undefined, unknown: [], why: `the catalogue has no ${name}` }
  const stated = (field: string) => String(findFact(facts, field)?.value ?? '')
  const target = { service: stated('service'), namespace: stated('namespace'), pod: stated('pod') }
  const { plan, unknown } = planAction(action, { ...target, window_minutes: 0, metric_context: {} }, facts)
  const named = action.target.every((field) => target[field] !== '')
  const why = unknown.map(({ message }) => message).join('; ')
  return { plan, radius: action.radius, unknown: named ? unknown : [], why }
}

const readSpec = (file: string | undefined) => {
  const { pre_approved, problems } = parseSpec(readText(file, '--spec <file>'))
  const [first] = problems
  if (first) throw new CommandError('invalid_spec', `${file} line ${first.line}: ${describeFinding(first)}`)
  return pre_approved
}

/** Throws CommandError where the input cannot be used. `now` is RFC 3339 with milliseconds. */
export const dryRunAction = (options: DryRunOptions, now: string): Answer => {
  const { action: name } = options
  if (!name) throw new CommandError('missing_action', 'no action given: name one with --action <name>')
  const listed = readSpec(options.spec)
  const facts = readContext(options, now)
  const { entry, preconditions, blockers: found } = checkPreApproval(name, listed, facts)
  const { plan, radius, unknown, why } = planFrom(name, facts)
  const missing = unknown.map(({ message }): Blocker => ({ code: 'fact_unknown', message }))
  const tooWide = entry && radius ? checkRadius({ radius }, { spec: entry.radius_of_impact }) : []
  const blockers = entry ? [...found, ...missing, ...tooWide] : found
  const pass = entry !== null && blockers.length === 0
  const json = {
    outcome: pass ? 'pass' : 'block',
    action: name,
    pre_approved: listed.map(({ action }) => action),
    blockers,
    plan: pass ? plan : null,
  }
  if (!pass) return { exit: 1, json, err: [`BLOCK: action=${name}`, ...reasonLines(blockers)].join('\n') }
  const line = `PASS: action=${name} conditions_met=${preconditions.length}`
  if (!plan) return { exit: 0, json, out: `${line}\n  no plan: ${why}` }
  return {
    exit: 0,
    json,
    out: `${line} radius=${radius} plan_digest=${digest(plan)}\n${JSON.stringify(plan, null, 2)}`,
  }
}

const HELP = `
Examples:
  $ interlock dry-run --spec specify.md --action restart_pod
  $ interlock dry-run --spec specify.md --action scale_up_replicas_one --context stateful=false hpa_enabled=true
  $ interlock dry-run --spec specify.md --action restart_pod --context namespace=prod pod=api-7c4d6f8b9-xq2lp
  $ interlock dry-run --spec specify.md --action restart_pod --context-file context.yaml --json

A condition about something that the context does not state is not met. With the target in the
context (namespace, pod, service, as the action needs) the plan is printed too, and a fact it needs must be known, as in
the pipeline. Nothing is ever carried out.

Exit codes: 0 pass, 1 block, 2 the spec or the context cannot be used.
`

export const dryRunCommand = new Command('dry-run')
  .description('check an action against a specify.md and what is known')
  .option('--spec <file>', 'the specify.md that pre-approves actions')
  .option('--action <name>', 'the action to check')
  .option('--context <name=value...>', 'what is known about the target: true, false, a number or text')
  .option('--context-file <file>', 'the same from a JSON or YAML file; --context overrides it')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action(({ json, ...options }: DryRunOptions & { json?: boolean }) => {
    printAnswer(dryRunAction(options, new Date().toISOString()), json === true)
  })
