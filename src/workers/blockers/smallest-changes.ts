/** Finds the smallest set of changes with which something passes: the fewest, and of equally many those that change least. */
import type { FlipStep } from '../../shared/contracts/flip.ts'

/** Alternatives beyond so many are taken as they come: what is found still passes, and may not be the smallest. */
const MOST_ALTERNATIVES = 10

/** Everything that can be changed in one place, from the least to the most. */
type Slot = readonly FlipStep[]

const slotsOf = (candidates: readonly FlipStep[]): Slot[] => {
  const slots = new Map<string, FlipStep[]>()
  for (const step of candidates) {
    const place = `${step.change} ${step.name}`
    slots.set(place, [...(slots.get(place) ?? []), step])
  }
  return [...slots.values()]
}

const most = (slot: Slot): FlipStep[] => slot.slice(-1)

function* combinations<Item>(items: readonly Item[], count: number): Generator<Item[]> {
  if (count === 0) return yield []
  for (const [at, item] of items.entries())
    for (const rest of combinations(items.slice(at + 1), count - 1)) yield [item, ...rest]
}

const sizeOf = (steps: readonly FlipStep[]): number =>
  steps.reduce((size, { from, to }) => size + (typeof to === 'number' ? Math.abs(to - Number(from ?? 0)) : 1), 0)

/**
 * `candidates` of one place stand from the least to the most. `passes` decides again; a change more, or a larger one, must
 * never make it fail, which is what lets every place be brought down to the least that is enough. Null where not even all
 * of them pass.
 */
export const smallestChanges = (
  candidates: readonly FlipStep[],
  passes: (steps: readonly FlipStep[]) => boolean,
): FlipStep[] | null => {
  const slots = slotsOf(candidates)
  const alternatives = slots
    .filter((slot) => passes(slots.filter((other) => other !== slot).flatMap(most)))
    .slice(0, MOST_ALTERNATIVES)

  /** Null where these places are not enough. */
  const least = (chosen: readonly Slot[]): FlipStep[] | null => {
    const steps = chosen.flatMap(most)
    if (!passes(steps)) return null
    for (const [at, slot] of chosen.entries()) {
      const enough = slot.find((step) => passes(steps.with(at, step)))
      if (enough) steps[at] = enough
    }
    return steps
  }

  for (let count = 0; count <= alternatives.length; count++) {
    let smallest: FlipStep[] | null = null
    for (const taken of combinations(alternatives, count)) {
      const steps = least(slots.filter((slot) => !alternatives.includes(slot) || taken.includes(slot)))
      if (steps && (smallest === null || sizeOf(steps) < sizeOf(smallest))) smallest = steps
    }
    if (smallest) return smallest
  }
  return null
}
