/** The readiness judgement: score, threshold, mode and blockers, the same for a card and for a live incident. */
import type { Blocker } from '../../shared/contracts/blocker.ts'
import type { Judgement, Mode } from '../../shared/contracts/ready.ts'
import { flipOf } from './flip.ts'
import { type GateInput, thresholdOf, totalOf } from './gate-input.ts'
import { evaluate } from './index.ts'

/** Semi-manual: only the total is short, and not by more than the profile's band. */
const modeOf = ({ policy }: GateInput, blockers: readonly Blocker[]): Mode => {
  if (policy === null) return 'blocked'
  if (blockers.length === 0) return 'auto'
  const onlyShort = blockers.every(({ code }) => code === 'score_below_threshold')
  return onlyShort && totalOf(policy.card) >= policy.profile.semi_manual ? 'semi_manual' : 'blocked'
}

export const judge = (input: GateInput): Judgement => {
  const { policy, stateful } = input
  const holding = evaluate(input)
  const blockers = holding.map(({ blocker }) => blocker)
  const mode = modeOf(input, blockers)
  return {
    blockers,
    flip: holding.length === 0 ? [] : flipOf(input, holding),
    mode,
    outcome: mode === 'auto' ? 'pass' : 'block',
    score: policy && totalOf(policy.card),
    threshold: policy && thresholdOf(policy.profile, stateful),
  }
}
