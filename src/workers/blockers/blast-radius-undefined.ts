/** Blocker: how far the action can reach is not known, not stated, or wide and untried. */
import { isWider } from '../../shared/policy/radius.ts'
import { defineCardBlocker, said } from './define-blocker.ts'
import { type GateCard, scoreOf } from './gate-input.ts'

const HIGHEST_WITHOUT_RADIUS = 2

/** Each way in which it can hold: the values, and what would mend it. */
const gaps = (card: GateCard): { message: string; mend: string }[] => {
  const { blast_radius_known: known, radius_of_impact: radius, dry_run_verified: verified } = card
  const implementation = scoreOf(card, 'implementation')
  const unknown = {
    message: `blast_radius_known=${said(known)}`,
    mend: 'determine the blast radius (blast_radius_known: true)',
  }
  const unstated = {
    message: `implementation=${implementation} <= ${HIGHEST_WITHOUT_RADIUS} and radius_of_impact=missing`,
    mend: 'state radius_of_impact',
  }
  const untried = {
    message: `radius_of_impact=${radius} is wider than deployment and dry_run_verified=${said(verified)}`,
    mend: 'narrow radius_of_impact to deployment, or verify a dry-run (dry_run_verified: true)',
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
  flip: ({ card }) =>
    gaps(card)
      .map(({ mend }) => mend)
      .join(' and '),
})
