/** Blocker: how far the action can reach is not known, not stated, or wide and untried. */

import type { FlipStep } from '../../shared/contracts/flip.ts'
import { isWider } from '../../shared/policy/radius.ts'
import { defineCardBlocker, said } from './define-blocker.ts'
import { raises, setCheck } from './gate-changes.ts'
import { type GateCard, scoreOf } from './gate-input.ts'

const HIGHEST_WITHOUT_RADIUS = 2

/** Each way in which it can hold: the values, and the changes of which one would mend it. */
const gaps = (card: GateCard): { message: string; mend: FlipStep[] }[] => {
  const { blast_radius_known: known, radius_of_impact: radius, dry_run_verified: verified } = card
  const implementation = scoreOf(card, 'implementation')
  const unknown = {
    message: `blast_radius_known=${said(known)}`,
    mend: [setCheck(card, 'blast_radius_known', true, 'determine the blast radius')],
  }
  const unstated = {
    message: `implementation=${implementation} <= ${HIGHEST_WITHOUT_RADIUS} and radius_of_impact=missing`,
    mend: [
      setCheck(card, 'radius_of_impact', 'deployment', 'state how far the action reaches, at most'),
      ...raises(card, 'implementation'),
    ],
  }
  const untried = {
    message: `radius_of_impact=${radius} is wider than deployment and dry_run_verified=${said(verified)}`,
    mend: [
      setCheck(card, 'radius_of_impact', 'deployment', 'narrow the action'),
      setCheck(card, 'dry_run_verified', true, 'verify a dry-run'),
    ],
  }
  return [
    ...(known === true ? [] : [unknown]),
    ...(implementation <= HIGHEST_WITHOUT_RADIUS && radius === null ? [unstated] : []),
    ...(radius !== null && isWider(radius, 'deployment') && verified !== true ? [untried] : []),
  ]
}

export const blastRadiusUndefined = defineCardBlocker({
  code: 'blast_radius_undefined',
  why: 'An action whose reach is unknown can take down more than it mends.',
  check: ({ card }) =>
    gaps(card)
      .map(({ message }) => message)
      .join(', ') || null,
  flip: ({ card }) => gaps(card).flatMap(({ mend }) => mend),
})
