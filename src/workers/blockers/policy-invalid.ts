/** Blocker: the policy of this class cannot be read as one. */
import { defineBlocker } from './define-blocker.ts'

export const policyInvalid = defineBlocker({
  code: 'policy_invalid',
  why: 'A policy that can be read in two ways must not decide anything.',
  check: ({ policy_problem }) => (policy_problem?.code === 'policy_invalid' ? policy_problem.message : null),
  flip: ({ policy_problem }) => `the owner of the policy must mend it: ${policy_problem?.message}`,
})
