/**
 * What a policy that was edited since says of what readiness had let through: an emergency stop can lie between, and the
 * edit may be why it was ordered. Facts, freezes, budgets and conflicts are dry-run's to look at in any case. Pure.
 */
import type { Blocker } from '../../shared/contracts/blocker.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { judge } from '../blockers/judge.ts'
import type { PolicyInForce } from './readiness-known.ts'

export const judgeAgain = (
  { action, readiness }: Ready,
  policy: PolicyInForce,
  stateful: boolean | null,
  seen: string[],
): Blocker[] => {
  const { mode, blockers } = judge({
    policy,
    policy_problem: null,
    audit: { coverage: 1, problem: null },
    stateful,
    backup_verified: policy.backup_verified ?? true,
    unknown_facts: [],
    conflicts: [],
    sources: { required: policy.sources_required, seen },
    freezes: [],
    thaw: null,
    spent: [],
  })
  const message = `the policy asks for '${policy.action}' now, readiness let '${action}' through`
  return [
    ...(policy.action === action ? [] : [{ code: 'action_not_pre_approved' as const, message }]),
    // What a person let go on although it is short may still be so.
    ...(mode === 'auto' || mode === readiness.mode ? [] : blockers),
  ]
}
