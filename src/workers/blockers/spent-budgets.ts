/** What a budget with nothing left says to a person: which one, how much of it is used, and when there is some again. */
import type { Blocker } from '../../shared/contracts/blocker.ts'
import { durationText } from '../../shared/contracts/duration.ts'
import type { Spent } from '../../shared/contracts/share.ts'

const lastOf = ({ last }: Spent): string => (last ? `, the last one ${last.incident_id} at ${last.at}` : '')

const isRepeat = ({ scope }: Spent): boolean => scope.startsWith('repeat:')
export const repeats = (spent: readonly Spent[]): Spent[] => spent.filter(isRepeat)
export const exhausted = (spent: readonly Spent[]): Spent[] => spent.filter((one) => !isRepeat(one))

export const describeRepeats = (spent: readonly Spent[]): string | null =>
  repeats(spent)
    .map((one) => `passed ${one.passes} time(s) within the repeat window of ${durationText(one.window)}${lastOf(one)}`)
    .join('; ') || null

export const describeExhausted = (spent: readonly Spent[]): string | null =>
  exhausted(spent)
    .map(
      (one) => `${one.passes} of ${one.limit} passes in ${durationText(one.window)} used (${one.scope})${lastOf(one)}`,
    )
    .join('; ') || null

export const freeAt = (spent: readonly Spent[]): string =>
  spent.map(({ scope, free_at }) => (free_at ? `until ${free_at}` : `for another budget of ${scope}`)).join(' and ')

/** Both at once, for a stage that has no card to judge. */
export const spentBlockers = (spent: readonly Spent[]): Blocker[] => {
  const [repeated, over] = [describeRepeats(spent), describeExhausted(spent)]
  return [
    ...(repeated === null ? [] : [{ code: 'repeat_incident' as const, message: repeated }]),
    ...(over === null ? [] : [{ code: 'blast_radius_budget_exhausted' as const, message: over }]),
  ]
}
