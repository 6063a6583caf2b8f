/** What would flip a readiness block: the smallest changes that leave no blocker, and which blockers no change lifts. */
import { type FlipStep, standsInTheWay } from '../../shared/contracts/flip.ts'
import { withChanges } from './gate-changes.ts'
import type { GateInput } from './gate-input.ts'
import { evaluate, type Holding } from './index.ts'
import { smallestChanges } from './smallest-changes.ts'

const inTheWay = ({ blocker, flip }: Holding): FlipStep => {
  const lifted = flip()
  const text = typeof lifted === 'string' ? lifted : `no change lifts it: ${blocker.message}`
  return standsInTheWay(blocker.code, text)
}

/** Empty for an input to which no blocker applies. Its work is bounded: a few hundred evaluations at the most. */
export const flipOf = (input: GateInput, holding: readonly Holding[]): FlipStep[] => {
  const candidates = holding.flatMap(({ flip }) => {
    const lifted = flip()
    return typeof lifted === 'string' ? [] : lifted
  })
  const obstacles = evaluate(withChanges(input, candidates))
  const codes = new Set(obstacles.map(({ blocker }) => blocker.code))
  const passes = (steps: readonly FlipStep[]) =>
    evaluate(withChanges(input, steps)).every(({ blocker }) => codes.has(blocker.code))
  return [...obstacles.map(inTheWay), ...(smallestChanges(candidates, passes) ?? [])]
}
