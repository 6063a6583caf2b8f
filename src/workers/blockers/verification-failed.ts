/** Blocker: nothing would show whether the action helped. */
import { defineCardBlocker } from './define-blocker.ts'
import { raises } from './gate-changes.ts'
import { scoreOf } from './gate-input.ts'

const HIGHEST_FAILING = 2

export const verificationFailed = defineCardBlocker({
  code: 'verification_failed',
  why: 'An action whose effect nobody measures cannot be told from one that did harm.',
  check: ({ card }) => {
    const score = scoreOf(card, 'verification')
    return score > HIGHEST_FAILING ? null : `verification=${score} <= ${HIGHEST_FAILING}`
  },
  flip: ({ card }) => raises(card, 'verification'),
})
