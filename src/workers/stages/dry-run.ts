/** The last stage: is this action pre-approved for the state the target is in, and what exactly would it change? */
import { digest } from '../../shared/audit/digest.ts'
import type { Blocker } from '../../shared/contracts/blocker.ts'
import { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import { describeConflicts } from '../../shared/contracts/normalized.ts'
import type { Condition } from '../../shared/contracts/policy.ts'
import { Ready } from '../../shared/contracts/ready.ts'
import { askedAbout, type FactsAt, factsAt } from '../../shared/policy/facts-at.ts'
import { checkPreApproval, checkRadius } from '../../shared/policy/pre-approval.ts'
import { findAction } from '../actions/index.ts'
import { planAction } from '../actions/plan-action.ts'
import { describeFreezes } from '../blockers/change-freeze.ts'
import { spentBlockers } from '../blockers/spent-budgets.ts'
import { unsavedState } from '../blockers/stateful-without-backup.ts'
import { defineStage } from '../stage.ts'
import { DryRunKnown, dryRunFromPolicies, loadDryRun } from './dry-run-known.ts'
import { flipDryRun } from './flip-dry-run.ts'
import { inForce } from './freezes.ts'
import { judgeAgain } from './judge-again.ts'
import { neededFacts } from './needed-facts.ts'

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

/** What readiness let through may have changed: an emergency stop can hold an incident for hours. `told` needs no repeating. */
const changed = ({ event }: Ready, { asks }: DryRunKnown, at: FactsAt, told: readonly Condition[]): Blocker[] => {
  const needed = neededFacts(event, asks, at)
  const unsaved = unsavedState(needed)
  return [
    ...(unsaved === null ? [] : [{ code: 'stateful_without_backup' as const, message: unsaved }]),
    ...needed.unknown.flatMap(({ name, message }) =>
      told.some(({ fact }) => fact === name) ? [] : [{ code: 'fact_unknown' as const, message }],
    ),
  ]
}

const check = (name: string, ready: Ready, known: DryRunKnown, now: string): Found => {
  const { event } = ready
  const conflict = describeConflicts(known.conflicts)
  if (conflict !== null) return blocked('source_conflict', conflict)
  if (known.policy_problem) return blocked(known.policy_problem.code, known.policy_problem.message)
  const at = factsAt(askedAbout(known, event), now)
  const { entry, preconditions, blockers: unmet } = checkPreApproval(name, known.pre_approved, at.facts, at.unknown)
  if (!entry) return { preconditions, blockers: unmet, plan: null }
  const blockers = [...changed(ready, known, at, entry.requires), ...unmet]
  const action = findAction(name)
  if (!action) {
    const message = `'${name}' is pre-approved, but the catalogue has no such action`
    return { preconditions, blockers: [{ code: 'action_unknown', message }, ...blockers], plan: null }
  }
  const { plan, unknown } = planAction(action, event, at.facts)
  // What the policy asks for and was not answered is among the blockers already, with the reason.
  const told = (fact: string) => Object.hasOwn(known.asks, fact) && Object.hasOwn(at.unknown, fact)
  const missing = unknown.flatMap(({ name: fact, message }): Blocker[] =>
    told(fact) ? [] : [{ code: 'fact_unknown', message }],
  )
  const limits = { card: known.radius_of_impact, spec: entry.radius_of_impact }
  const { policy, sources = [] } = known
  if (policy) blockers.unshift(...judgeAgain(ready, policy, neededFacts(event, known.asks, at).stateful, sources))
  const spent = spentBlockers(known.spent ?? [])
  const frozen = describeFreezes(inForce(known.freezes ?? [], Date.parse(now)))
  if (frozen !== null) blockers.unshift({ code: 'change_freeze', message: frozen })
  return { preconditions, blockers: [...spent, ...blockers, ...missing, ...checkRadius(action, limits)], plan }
}

const decideOn = (ready: Ready, known: DryRunKnown, now: string): Found => {
  const action = passedReadiness(ready, known)
  return typeof action === 'string' ? check(action, ready, known, now) : action
}

export const dryRun = defineStage({
  name: 'dry-run',
  trace: 'last',
  input: Ready,
  known: DryRunKnown,
  output: DryRunResult,
  load: loadDryRun,
  fromPolicies: dryRunFromPolicies,
  decide: (ready, known, now) => {
    const { preconditions, blockers, plan } = decideOn(ready, known, now)
    const shared = { action: ready.action, preconditions, blockers }
    if (blockers.length > 0 || plan === null) {
      const flip = flipDryRun(
        { action: ready.action ?? '', ready, known, now },
        (given) => decideOn(given.ready, given.known, now).blockers,
      )
      const output: DryRunResult = { outcome: 'block', ...shared, flip, plan: null, plan_digest: null }
      return { outcome: 'stop', output, events: ['dry_run_evaluated'], verdict: 'blocked', blockers }
    }
    const output: DryRunResult = { outcome: 'pass', ...shared, flip: [], plan, plan_digest: digest(plan) }
    const byHand = ready.readiness.mode === 'semi_manual'
    const needsReview = ready.needs_review || known.policy?.human_review_for_first_run === true
    if (!byHand && !(needsReview && known.first_run))
      return { outcome: 'stop', output, events: ['dry_run_evaluated'], verdict: 'dry_run_passed', blockers }
    const events = ['dry_run_evaluated', 'review_requested'] as const
    return { outcome: 'stop', output, events, verdict: 'awaiting_review', blockers }
  },
})
