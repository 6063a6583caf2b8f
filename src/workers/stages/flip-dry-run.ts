/** What would flip a dry-run's block: the smallest changes with which its action would pass. Pure. */
import type { Blocker, BlockerCode } from '../../shared/contracts/blocker.ts'
import { type FlipStep, standsInTheWay } from '../../shared/contracts/flip.ts'
import { smallestChanges } from '../blockers/smallest-changes.ts'
import { candidatesFor, withSteps } from './dry-run-changes.ts'
import type { DryRunGiven } from './dry-run-facts.ts'

const EDITED = 'the policy was edited after readiness, and its owner must mend it'

/** Who must act where no change to facts, approval or limits lifts a blocker. */
const WHO: Readonly<Partial<Record<BlockerCode, string>>> = {
  source_conflict: 'a person must find out which target is meant',
  policy_missing: 'the team that owns this class of incident must write its policy',
  policy_invalid: 'the owner of the policy must mend it',
  action_unknown: 'who develops Interlock must add the action to the catalogue',
  readiness_not_passed: 'the owner of the pipeline must find out how this was reached',
  repeat_incident: 'a person must look at it, or the repeat window must end',
  blast_radius_budget_exhausted: 'it must wait until a share of the budget is free again',
  axis_missing: EDITED,
  score_below_threshold: EDITED,
  security_zero: EDITED,
  verification_failed: EDITED,
  rollback_missing: EDITED,
  blast_radius_undefined: EDITED,
  corroboration_missing: EDITED,
  action_not_pre_approved: EDITED,
  precondition_not_met: 'the owner of the specify.md must mend conditions that no value meets',
}

const inTheWay = ({ code, message }: Blocker): FlipStep =>
  standsInTheWay(code, `${WHO[code] ?? 'no change lifts it'}: ${message}`)

const nameOf = ({ code, message }: Blocker): string => `${code} ${message}`

/** Not asked of a dry-run that passes; `blockersOf` decides again. */
export const flipDryRun = (given: DryRunGiven, blockersOf: (given: DryRunGiven) => Blocker[]): FlipStep[] => {
  const candidates = candidatesFor(given)
  const obstacles = blockersOf(withSteps(given, candidates))
  const names = new Set(obstacles.map(nameOf))
  const passes = (steps: readonly FlipStep[]) =>
    blockersOf(withSteps(given, steps)).every((blocker) => names.has(nameOf(blocker)))
  return [...obstacles.map(inTheWay), ...(smallestChanges(candidates, passes) ?? [])]
}
