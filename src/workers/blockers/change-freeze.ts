/** Blocker: a declared freeze is in force. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { Freeze } from '../../shared/contracts/policy.ts'
import { defineBlocker } from './define-blocker.ts'

/** Of those in force; null for none. */
export const describeFreezes = (freezes: readonly Freeze[]): string | null =>
  freezes.map(({ scope, from, to, reason }) => `frozen (${scope}) from ${from} to ${to}: ${reason}`).join('; ') || null

/** `thaw`: when nothing is frozen any more. */
export const waitForThaw = (freezes: readonly Freeze[], thaw: string | null): FlipStep => ({
  change: 'wait',
  name: 'change_freeze',
  from: null,
  to: thaw,
  text: `wait until ${thaw}, when nothing is frozen any more (${freezes.map(({ reason }) => reason).join('; ')})`,
})

export const changeFreeze = defineBlocker({
  code: 'change_freeze',
  why: 'During a freeze nothing changes without a person.',
  check: ({ freezes }) => describeFreezes(freezes),
  flip: ({ freezes, thaw }) => [waitForThaw(freezes, thaw)],
})
