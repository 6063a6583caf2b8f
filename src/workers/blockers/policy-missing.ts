/** Blocker: nobody has written a policy for this class of incident. */
import { defineBlocker } from './define-blocker.ts'

export const policyMissing = defineBlocker({
  code: 'policy_missing',
  why: 'What nobody has specified must not be automated.',
  check: ({ policy_problem }) => (policy_problem?.code === 'policy_missing' ? policy_problem.message : null),
  flip: () => 'the team that owns this class of incident must write its policy: specify.md and readiness.yaml',
})
