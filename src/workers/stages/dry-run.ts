/** The last stage: is this action pre-approved for the state the target is in, and what exactly would it change? */
import { digest } from '../../shared/audit/digest.ts'
import type { Blocker } from '../../shared/contracts/blocker.ts'
import { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import { describeConflicts } from '../../shared/contracts/normalized.ts'
import { Ready } from '../../shared/contracts/ready.ts'
import { checkPreApproval, checkRadius } from '../../shared/policy/pre-approval.ts'
import { findAction, missingTarget, planAction } from '../actions/index.ts'
import { spentBlockers } from '../blockers/spent-budgets.ts'
import { defineStage } from '../stage.ts'
import { DryRunKnown, dryRunFromPolicies, loadDryRun } from './dry-run-known.ts'

type Found = Pick<DryRunResult, 'preconditions' | 'blockers' | 'plan'>

const blocked = (code: Blocker['code'], message: string): Found => ({
  preconditions: [],
  blockers: [{ code, message }],
  plan: null,
})

/** The invariant of the whole pipeline, checked where it matters: nothing is dry-run that readiness has not passed. */
const passedReadiness = (
  { readiness, action }: Ready,
  { readiness_recorded, step_confirmed }: DryRunKnown,
): string | Found => {
  const { outcome, mode, blockers } = readiness
  const automatic = outcome === 'pass' && mode === 'auto' && blockers.length === 0
  const onlyShort = blockers.every(({ code }) => code === 'score_below_threshold')
  const passed = automatic || (mode === 'semi_manual' && onlyShort && step_confirmed)
  if (passed && readiness_recorded && action !== null) return action
  const values = `outcome=${outcome}, mode=${mode}, blockers=${blockers.length}, recorded=${readiness_recorded}`
  return blocked('readiness_not_passed', `readiness has not passed: ${values}, action=${action ?? 'none'}`)
}

const check = (name: string, { event }: Ready, known: DryRunKnown): Found => {
  const conflict = describeConflicts(known.conflicts)
  if (conflict !== null) return blocked('source_conflict', conflict)
  if (known.policy_problem) return blocked(known.policy_problem.code, known.policy_problem.message)
  const { entry, preconditions, blockers } = checkPreApproval(name, known.pre_approved, known.facts)
  if (!entry) return { preconditions, blockers, plan: null }
  const action = findAction(name)
  if (!action) {
    const message = `'${name}' is pre-approved, but the catalogue has no such action`
    return { preconditions, blockers: [{ code: 'action_unknown', message }, ...blockers], plan: null }
  }
  const plan = planAction(action, event, known.facts)
  const unknown = missingTarget(action, event).map((field): Blocker => {
    return { code: 'fact_unknown', message: `${field} is not known and ${name} needs it` }
  })
  const limits = { card: known.radius_of_impact, spec: entry.radius_of_impact }
  const spent = spentBlockers(known.spent ?? [])
  return {
    preconditions,
    blockers: [...spent, ...blockers, ...unknown, ...(plan ? checkRadius(plan, limits) : [])],
    plan,
  }
}

export const dryRun = defineStage({
  name: 'dry-run',
  trace: 'last',
  input: Ready,
  known: DryRunKnown,
  output: DryRunResult,
  load: loadDryRun,
  fromPolicies: dryRunFromPolicies,
  decide: (ready, known) => {
    const action = passedReadiness(ready, known)
    const { preconditions, blockers, plan } = typeof action === 'string' ? check(action, ready, known) : action
    const shared = { action: ready.action, preconditions, blockers }
    if (blockers.length > 0 || plan === null) {
      const output: DryRunResult = { outcome: 'block', ...shared, plan: null, plan_digest: null }
      return { outcome: 'stop', output, events: ['dry_run_evaluated'], verdict: 'blocked', blockers }
    }
    const output: DryRunResult = { outcome: 'pass', ...shared, plan, plan_digest: digest(plan) }
    const byHand = ready.readiness.mode === 'semi_manual'
    if (!byHand && !(ready.needs_review && known.first_run))
      return { outcome: 'stop', output, events: ['dry_run_evaluated'], verdict: 'dry_run_passed', blockers }
    const events = ['dry_run_evaluated', 'review_requested'] as const
    return { outcome: 'stop', output, events, verdict: 'awaiting_review', blockers }
  },
})
