/** Blocker: something that the policy or the action needs to know about the target is not known. */
import { defineBlocker } from './define-blocker.ts'

export const factUnknown = defineBlocker({
  code: 'fact_unknown',
  why: 'Unknown never counts as pass.',
  check: ({ unknown_facts }) => unknown_facts.map(({ message }) => message).join('; ') || null,
  flip: ({ unknown_facts }) => `make known: ${unknown_facts.map(({ name }) => name).join(', ')}`,
})
