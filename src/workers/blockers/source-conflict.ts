/** Blocker: the sources name different targets. */
import type { Conflict } from '../../shared/contracts/normalized.ts'
import { defineBlocker } from './define-blocker.ts'

/** Null when the sources agree. Dry-run asks again: a source may have reported since. */
export const describeConflicts = (conflicts: readonly Conflict[]): string | null =>
  conflicts
    .map(({ field, values }) => `${field}: ${values.map(({ source, value }) => `'${value}' (${source})`).join(' vs ')}`)
    .join(', ') || null

export const sourceConflict = defineBlocker({
  code: 'source_conflict',
  why: 'Where sources disagree on the target, any action may hit the wrong one.',
  check: ({ conflicts }) => describeConflicts(conflicts),
  flip: ({ conflicts }) => `make the sources agree on ${conflicts.map(({ field }) => field).join(' and ')}`,
})
