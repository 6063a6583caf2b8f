/** Blocker: the sources name different targets. */
import { describeConflicts, settleConflicts } from '../../shared/contracts/normalized.ts'
import { defineBlocker } from './define-blocker.ts'

export const sourceConflict = defineBlocker({
  code: 'source_conflict',
  why: 'Where sources disagree on the target, any action may hit the wrong one.',
  check: ({ conflicts }) => describeConflicts(conflicts),
  flip: ({ conflicts }) => settleConflicts(conflicts),
})
