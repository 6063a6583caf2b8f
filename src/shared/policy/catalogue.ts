/** What a specify.md says of actions, held against the catalogue of those that exist. Pure. */
import type { Radius } from '../contracts/card.ts'
import type { Finding } from './finding.ts'
import { isWider } from './radius.ts'
import type { ListedAction } from './spec-action-yaml.ts'

/** The actions that can be planned, each with how far it reaches. */
export type Catalogue = readonly { name: string; radius: Radius }[]

export const namesIn = (catalogue: Catalogue): string => catalogue.map(({ name }) => name).join(', ')

/** An entry that can never pass: nothing plans its action, or the action reaches further than the entry allows. */
export const wrongActions = (
  { action, radius_of_impact: limit, place, radiusPlace }: ListedAction,
  catalogue: Catalogue,
): Finding[] => {
  const known = catalogue.find(({ name }) => name === action)
  if (!known) {
    const message = `'${action}' is not in the action catalogue`
    const fix = `use one of ${namesIn(catalogue)}, or add the action to the catalogue`
    return [{ ...place, code: 'action_unknown', message, fix }]
  }
  if (!limit || !isWider(known.radius, limit)) return []
  const message = `radius_of_impact is ${limit}, and ${action} reaches the ${known.radius}: it can never pass`
  return [{ ...radiusPlace, code: 'radius_too_narrow', message, fix: `state ${known.radius}, or take the action out` }]
}
