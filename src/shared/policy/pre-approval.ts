/** Whether a spec pre-approves an action in the state the target is in: membership and conditions. Pure. */
import type { Blocker } from '../contracts/blocker.ts'
import type { Precondition } from '../contracts/dry-run-result.ts'
import type { Facts } from '../contracts/facts.ts'
import type { Plan } from '../contracts/plan.ts'
import type { PreApprovedAction } from '../contracts/policy.ts'
import { evaluateCondition } from './conditions.ts'
import { isWider } from './radius.ts'

export interface PreApproval {
  /** Null when the action is not in the list. */
  entry: PreApprovedAction | null
  preconditions: Precondition[]
  blockers: Blocker[]
}

const notListed = (action: string, listed: readonly PreApprovedAction[]): Blocker => {
  if (listed.length === 0)
    return { code: 'spec_has_no_actions', message: "the spec's '## Pre-approved actions' lists no action" }
  const names = listed.map((entry) => entry.action).join(', ')
  return { code: 'action_not_pre_approved', message: `'${action}' is not one of the pre-approved actions: ${names}` }
}

/** `unknown` says of facts why they are not known. */
export const checkPreApproval = (
  action: string,
  listed: readonly PreApprovedAction[],
  facts: Facts,
  unknown: Readonly<Record<string, string>> = {},
): PreApproval => {
  const entry = listed.find((candidate) => candidate.action === action)
  if (!entry) return { entry: null, preconditions: [], blockers: [notListed(action, listed)] }
  const checked = entry.requires.map((condition) => ({
    condition,
    failed: evaluateCondition(condition, facts, unknown),
  }))
  return {
    entry,
    preconditions: checked.map(({ condition, failed }) => ({
      condition: condition.text,
      met: failed === null,
      message: failed?.message ?? null,
    })),
    blockers: checked.flatMap(({ failed }) => failed ?? []),
  }
}

/** `limits` are the radii that the card and the spec state; one that states none does not limit. */
export const checkRadius = (
  plan: Pick<Plan, 'radius'>,
  limits: Partial<Record<'card' | 'spec', Plan['radius'] | null | undefined>>,
): Blocker[] =>
  Object.entries(limits).flatMap(([whose, limit]) => {
    if (!limit || !isWider(plan.radius, limit)) return []
    const message = `the plan's radius=${plan.radius} is wider than the ${whose}'s radius_of_impact=${limit}`
    return [{ code: 'radius_exceeded' as const, message }]
  })
