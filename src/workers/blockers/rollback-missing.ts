/** Blocker: there is no written condition or no way to take the action back. */
import { defineCardBlocker, said } from './define-blocker.ts'
import { type GateCard, scoreOf } from './gate-input.ts'

const HIGHEST_FAILING = 2

const lowSecurity = (card: GateCard): boolean => scoreOf(card, 'security') <= HIGHEST_FAILING

const together = (parts: readonly (string | false)[], joint: string): string => parts.filter(Boolean).join(joint)

export const rollbackMissing = defineCardBlocker({
  code: 'rollback_missing',
  why: 'What cannot be taken back must not be started by a machine.',
  check: ({ card }) =>
    together(
      [
        lowSecurity(card) && `security=${scoreOf(card, 'security')} <= ${HIGHEST_FAILING}`,
        card.rollback_condition_present !== true &&
          `rollback_condition_present=${said(card.rollback_condition_present)}`,
      ],
      ', ',
    ) || null,
  flip: ({ card }) =>
    together(
      [
        lowSecurity(card) && `raise security from ${scoreOf(card, 'security')} to ${HIGHEST_FAILING + 1}`,
        card.rollback_condition_present !== true &&
          'write the rollback condition down (rollback_condition_present: true)',
      ],
      ' and ',
    ),
})
