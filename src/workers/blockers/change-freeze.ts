/** Blocker: a declared freeze is in force. */
import { defineBlocker } from './define-blocker.ts'

export const changeFreeze = defineBlocker({
  code: 'change_freeze',
  why: 'During a freeze nothing changes without a person.',
  check: ({ freezes }) =>
    freezes.map(({ scope, from, to, reason }) => `frozen (${scope}) from ${from} to ${to}: ${reason}`).join('; ') ||
    null,
  flip: ({ freezes, thaw }) => [
    {
      change: 'wait',
      name: 'change_freeze',
      from: null,
      to: thaw,
      text: `wait until ${thaw}, when nothing is frozen any more (${freezes.map(({ reason }) => reason).join('; ')})`,
    },
  ],
})
