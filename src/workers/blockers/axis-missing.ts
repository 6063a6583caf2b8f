/** Blocker: one of the five categories was never scored. */
import { AXES } from '../../shared/contracts/card.ts'
import { defineCardBlocker } from './define-blocker.ts'
import { raises } from './gate-changes.ts'
import type { GateCard } from './gate-input.ts'

const missing = (card: GateCard) => AXES.filter((axis) => card.scores[axis] === undefined)

export const axisMissing = defineCardBlocker({
  code: 'axis_missing',
  why: 'A category nobody scored is unknown, and unknown never counts as pass.',
  check: ({ card }) => (missing(card).length === 0 ? null : `no score for ${missing(card).join(', ')}: counts as 0`),
  flip: ({ card }) => missing(card).flatMap((axis) => raises(card, axis)),
})
