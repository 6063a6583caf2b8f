/** Blocker: the total is below the profile's threshold. The only one the semi-manual mode goes with. */
import { defineCardBlocker } from './define-blocker.ts'
import { thresholdOf, totalOf } from './gate-input.ts'

export const scoreBelowThreshold = defineCardBlocker({
  code: 'score_below_threshold',
  why: 'Too many small gaps together are a large one.',
  check: ({ card, profile, stateful }) => {
    const [total, threshold] = [totalOf(card), thresholdOf(profile, stateful)]
    return total < threshold ? `total ${total} < ${threshold}` : null
  },
  flip: ({ card, profile, stateful }) =>
    `raise the total from ${totalOf(card)} to ${thresholdOf(profile, stateful)}, with evidence`,
})
