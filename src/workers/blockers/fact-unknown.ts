/** Blocker: something that the policy or the action needs to know about the target is not known. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { defineBlocker } from './define-blocker.ts'

/** The values that a gate asks for; of every other fact it asks only that it is known. */
const ASKED: Readonly<Partial<Record<string, boolean>>> = { stateful: false, backup_verified: true }

const stated = (name: string): FlipStep => {
  const asked = ASKED[name]
  const only = asked === undefined ? '' : `; this passes only where ${name} is ${asked}`
  return { change: 'fact', name, from: null, to: asked ?? 'known', text: `make ${name} known${only}` }
}

export const factUnknown = defineBlocker({
  code: 'fact_unknown',
  why: 'Unknown never counts as pass.',
  check: ({ unknown_facts }) => unknown_facts.map(({ message }) => message).join('; ') || null,
  flip: ({ unknown_facts }) => unknown_facts.map(({ name }) => stated(name)),
})
