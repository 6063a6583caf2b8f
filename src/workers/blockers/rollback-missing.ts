/** Blocker: there is no written condition or no way to take the action back. */
import { defineCardBlocker, said } from './define-blocker.ts'
import { raises, setCheck } from './gate-changes.ts'
import { type GateCard, scoreOf } from './gate-input.ts'

const HIGHEST_FAILING = 2

const lowSecurity = (card: GateCard): boolean => scoreOf(card, 'security') <= HIGHEST_FAILING

export const rollbackMissing = defineCardBlocker({
  code: 'rollback_missing',
  why: 'What cannot be taken back must not be started by a machine.',
  check: ({ card }) =>
    [
      lowSecurity(card) && `security=${scoreOf(card, 'security')} <= ${HIGHEST_FAILING}`,
      card.rollback_condition_present !== true && `rollback_condition_present=${said(card.rollback_condition_present)}`,
    ]
      .filter(Boolean)
      .join(', ') || null,
  flip: ({ card }) => [
    ...(lowSecurity(card) ? raises(card, 'security') : []),
    ...(card.rollback_condition_present === true
      ? []
      : [setCheck(card, 'rollback_condition_present', true, 'write the rollback condition down')]),
  ],
})
