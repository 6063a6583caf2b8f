/** Blocker: no safety gate at all. Forbidden at any total, and in the semi-manual mode too. */
import { defineCardBlocker } from './define-blocker.ts'
import { raises } from './gate-changes.ts'
import { scoreOf } from './gate-input.ts'

export const securityZero = defineCardBlocker({
  code: 'security_zero',
  why: 'Without any safety gate a mistake cannot be stopped, whatever the other scores are.',
  check: ({ card }) => (scoreOf(card, 'security') > 0 ? null : 'security=0'),
  flip: ({ card }) => raises(card, 'security'),
})
