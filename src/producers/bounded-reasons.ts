/** Why alerts of one delivery were not taken, as far as anybody reads: it may hold as many as fit into it. */

const MOST_REASONS = 20
const LONGEST_REASON = 500

/** The first, each cut to a length, and how many more there are. */
export const boundedReasons = (reasons: readonly string[]): string[] => {
  const more = reasons.length - MOST_REASONS
  const first = reasons.slice(0, MOST_REASONS).map((reason) => reason.slice(0, LONGEST_REASON))
  return more > 0 ? [...first, `and ${more} more`] : first
}
