/** Blocker: one of the five categories was never scored. */
import { AXES } from '../../shared/contracts/card.ts'
import { defineCardBlocker } from './define-blocker.ts'
import type { GateCard } from './gate-input.ts'

const missing = (card: GateCard): string => AXES.filter((axis) => card.scores[axis] === undefined).join(', ')

export const axisMissing = defineCardBlocker({
  code: 'axis_missing',
  why: 'A category nobody scored is unknown, and unknown never counts as pass.',
  check: ({ card }) => (missing(card) === '' ? null : `no score for ${missing(card)}: counts as 0`),
  flip: ({ card }) => `score ${missing(card)} from 0 to 5, with evidence`,
})
