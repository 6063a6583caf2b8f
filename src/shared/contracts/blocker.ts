/** Every named reason why automation must not go on. A code that is not in this list cannot be reported. */
import { z } from 'zod'

/** Readiness codes in the order in which they are evaluated and reported, then the ones only dry-run uses. */
export const BlockerCode = z.enum([
  'kill_switch_engaged',
  'audit_trace_incomplete',
  'axis_missing',
  'score_below_threshold',
  'security_zero',
  'verification_failed',
  'rollback_missing',
  'blast_radius_undefined',
  'stateful_without_backup',
  'source_conflict',
  'corroboration_missing',
  'fact_unknown',
  'repeat_incident',
  'blast_radius_budget_exhausted',
  'change_freeze',
  'policy_missing',
  'policy_invalid',
  'spec_has_no_actions',
  'action_not_pre_approved',
  'action_unknown',
  'precondition_not_met',
  'radius_exceeded',
  'readiness_not_passed',
])
export type BlockerCode = z.infer<typeof BlockerCode>

/** `message` names the values, so that an on-call engineer can act on it without looking anything up. */
export const Blocker = z.strictObject({ code: BlockerCode, message: z.string().min(1) })
export type Blocker = z.infer<typeof Blocker>
