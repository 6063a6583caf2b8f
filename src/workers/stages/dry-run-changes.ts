/** The changes to what a dry-run goes by that a person can make, and what it would be with them. Pure. */
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { PreApprovedAction } from '../../shared/contracts/policy.ts'
import { isWider } from '../../shared/policy/radius.ts'
import { findAction } from '../actions/index.ts'
import { waitForThaw } from '../blockers/change-freeze.ts'
import { type DryRunGiven, factSteps, withFact } from './dry-run-facts.ts'
import { inForce, thawAfter } from './freezes.ts'

const SPEC_RADIUS = 'specify.md radius_of_impact'

const targetSteps = ({ action: name, ready }: DryRunGiven): FlipStep[] =>
  (findAction(name)?.target ?? []).flatMap((field): FlipStep[] => {
    if (ready.event[field] !== '') return []
    const text = `a source must name the ${field}, which ${name} needs`
    return [{ change: 'fact', name: field, from: null, to: 'known', text }]
  })

const radiusSteps = (action: string, limits: Record<string, PreApprovedAction['radius_of_impact'] | null>) => {
  const to = findAction(action)?.radius
  return Object.entries(limits).flatMap(([name, from]): FlipStep[] => {
    if (!to || !from || !isWider(to, from)) return []
    const text = `the owner of the policy would have to allow ${name}: ${to} (now ${from}), which ${action} needs`
    return [{ change: 'check', name, from, to, text }]
  })
}

const approval = ({ action, known }: DryRunGiven): FlipStep => {
  const listed = known.pre_approved.map((entry) => entry.action).join(', ') || 'nothing'
  const text = `the owner of the specify.md would have to pre-approve ${action} there (listed now: ${listed})`
  return { change: 'approval', name: action, from: null, to: 'pre_approved', text }
}

const freezeSteps = ({ known: { freezes = [] }, now }: DryRunGiven): FlipStep[] => {
  const at = Date.parse(now)
  const frozen = inForce(freezes, at)
  return frozen.length === 0 ? [] : [waitForThaw(frozen, thawAfter(freezes, at))]
}

export const candidatesFor = (given: DryRunGiven): FlipStep[] => {
  const { action, known } = given
  const entry = known.pre_approved.find((listed) => listed.action === action)
  const limits = { radius_of_impact: known.radius_of_impact, [SPEC_RADIUS]: entry?.radius_of_impact ?? null }
  return [
    ...(entry ? [] : [approval(given)]),
    ...freezeSteps(given),
    ...factSteps(given),
    ...targetSteps(given),
    ...radiusSteps(action, limits),
  ]
}

const withStep = (given: DryRunGiven, { change, name, to }: FlipStep): DryRunGiven => {
  const { action, ready, known } = given
  const { pre_approved } = known
  if (change === 'approval')
    return { ...given, known: { ...known, pre_approved: [...pre_approved, { action, requires: [] }] } }
  if (name === SPEC_RADIUS) {
    const widened = (entry: PreApprovedAction) =>
      entry.action === action ? { action, requires: entry.requires } : entry
    return { ...given, known: { ...known, pre_approved: pre_approved.map(widened) } }
  }
  if (change === 'wait') return { ...given, known: { ...known, freezes: [] } }
  if (change === 'check') return { ...given, known: { ...known, radius_of_impact: findAction(action)?.radius ?? null } }
  if (findAction(action)?.target.some((field) => field === name))
    return { ...given, ready: { ...ready, event: { ...ready.event, [name]: to } } }
  return withFact(given, name, to)
}

export const withSteps = (given: DryRunGiven, steps: readonly FlipStep[]): DryRunGiven => steps.reduce(withStep, given)
