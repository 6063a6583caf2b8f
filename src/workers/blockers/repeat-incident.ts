/** Blocker: the same class on the same service passed a short while ago. */
import { defineBlocker } from './define-blocker.ts'
import { describeRepeats, freeAt, repeats } from './spent-budgets.ts'

export const repeatIncident = defineBlocker({
  code: 'repeat_incident',
  why: 'What did not help the first time goes to a person.',
  check: ({ spent }) => describeRepeats(spent),
  flip: ({ spent }) => `have a person look at it, or wait ${freeAt(repeats(spent))}, when the repeat window ends`,
})
