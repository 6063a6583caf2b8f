/** Blocker: something that the policy or the action needs to know about the target is not known. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { defineBlocker } from './define-blocker.ts'

/** The values that a gate asks for; of every other fact it asks only that it is known. */
const ASKED: Readonly<Partial<Record<string, boolean>>> = { stateful: false, backup_verified: true }

export const askedValue = (name: string): boolean | undefined => (Object.hasOwn(ASKED, name) ? ASKED[name] : undefined)

export const makeKnown = (name: string): FlipStep => {
  const asked = askedValue(name)
  const only = asked === undefined ? '' : `; this passes only where ${name} is ${asked}`
  return { change: 'fact', name, from: null, to: asked ?? 'known', text: `make ${name} known${only}` }
}

export const factUnknown = defineBlocker({
  code: 'fact_unknown',
  why: 'Unknown never counts as pass.',
  check: ({ unknown_facts }) => unknown_facts.map(({ message }) => message).join('; ') || null,
  flip: ({ unknown_facts }) => unknown_facts.map(({ name }) => makeKnown(name)),
})
