/** Blocker: the total is below the profile's threshold. The only one the semi-manual mode goes with. */
import { AXES } from '../../shared/contracts/card.ts'
import { defineCardBlocker } from './define-blocker.ts'
import { raises } from './gate-changes.ts'
import { thresholdOf, totalOf } from './gate-input.ts'

export const scoreBelowThreshold = defineCardBlocker({
  code: 'score_below_threshold',
  why: 'Too many small gaps together are a large one.',
  check: ({ card, profile, stateful }) => {
    const [total, threshold] = [totalOf(card), thresholdOf(profile, stateful)]
    return total < threshold ? `total ${total} < ${threshold}` : null
  },
  flip: ({ card }) => AXES.flatMap((axis) => raises(card, axis)),
})
