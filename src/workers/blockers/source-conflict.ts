/** Blocker: the sources name different targets. */
import { describeConflicts } from '../../shared/contracts/normalized.ts'
import { defineBlocker } from './define-blocker.ts'

export const sourceConflict = defineBlocker({
  code: 'source_conflict',
  why: 'Where sources disagree on the target, any action may hit the wrong one.',
  check: ({ conflicts }) => describeConflicts(conflicts),
  flip: ({ conflicts }) =>
    `a person must find out which target is meant: the sources name different values of ${conflicts.map(({ field }) => field).join(' and ')}; then whoever keeps the alert rules must make them agree`,
})
