/** The changes to what a dry-run goes by that a person can make, and what it would be with them. Pure. */
import type { Fact, FactValue } from '../../shared/contracts/facts.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { Condition, PreApprovedAction } from '../../shared/contracts/policy.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { evaluateCondition } from '../../shared/policy/conditions.ts'
import { findFact } from '../../shared/policy/facts.ts'
import { isWider } from '../../shared/policy/radius.ts'
import { findAction, missingTarget } from '../actions/index.ts'
import type { DryRunKnown } from './dry-run-known.ts'

export interface DryRunGiven {
  action: string
  ready: Ready
  known: DryRunKnown
}

const SPEC_RADIUS = 'specify.md radius_of_impact'

/** A fact as it would have to be; it keeps its source and age. */
const assumed = (facts: DryRunKnown['facts'], name: string, value: FactValue): Fact => ({
  source: 'assumed',
  as_of: new Date(0).toISOString(),
  ...findFact(facts, name),
  value,
})

/** Values at which some condition may turn over, those nearest to what is there first. */
const turningPoints = (conditions: readonly Condition[], now: FactValue | undefined): FactValue[] => {
  const numbers = conditions.flatMap((condition) =>
    'number' in condition ? [condition.number, Math.floor(condition.number) + 1, Math.ceil(condition.number) - 1] : [],
  )
  const distance = (value: number) => Math.abs(value - (typeof now === 'number' ? now : 0))
  return [true, false, ...numbers.sort((a, b) => distance(a) - distance(b))]
}

const factStep = (fact: string, { requires }: PreApprovedAction, { facts }: DryRunKnown): FlipStep[] => {
  const conditions = requires.filter((condition) => condition.fact === fact)
  const now = findFact(facts, fact)
  const enough = (value: FactValue) =>
    conditions.every((condition) => evaluateCondition(condition, { [fact]: assumed(facts, fact, value) }) === null)
  const to = turningPoints(conditions, now?.value).find(enough)
  if (to === undefined) return []
  const asked = `as ${conditions.map(({ text }) => `'${text}'`).join(' and ')} in the specify.md asks`
  const found = now ? `now ${JSON.stringify(now.value)}, from ${now.source}` : 'not known now'
  const text = `${fact} would have to be ${JSON.stringify(to)} (${found}), ${asked}`
  return [{ change: 'fact', name: fact, from: now?.value ?? null, to, text }]
}

const factSteps = (entry: PreApprovedAction, known: DryRunKnown): FlipStep[] => {
  const failing = entry.requires.filter((condition) => evaluateCondition(condition, known.facts) !== null)
  return [...new Set(failing.map(({ fact }) => fact))].flatMap((fact) => factStep(fact, entry, known))
}

const targetSteps = ({ action: name, ready }: DryRunGiven): FlipStep[] => {
  const action = findAction(name)
  return (action ? missingTarget(action, ready.event) : []).map((field) => {
    const text = `a source must name the ${field}, which ${name} needs`
    return { change: 'fact', name: field, from: null, to: 'known', text }
  })
}

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

export const candidatesFor = (given: DryRunGiven): FlipStep[] => {
  const { action, known } = given
  const entry = known.pre_approved.find((listed) => listed.action === action)
  const limits = { radius_of_impact: known.radius_of_impact, [SPEC_RADIUS]: entry?.radius_of_impact ?? null }
  return [
    ...(entry ? factSteps(entry, known) : [approval(given)]),
    ...targetSteps(given),
    ...radiusSteps(action, limits),
  ]
}

const OPPOSITES = new Map([
  ['stateful', 'stateless'],
  ['stateless', 'stateful'],
])

const withFact = ({ facts }: DryRunKnown, name: string, value: FactValue): DryRunKnown['facts'] => {
  const opposite = OPPOSITES.get(name)
  return {
    ...facts,
    [name]: assumed(facts, name, value),
    ...(opposite && { [opposite]: assumed(facts, opposite, value !== true) }),
  }
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
  if (change === 'check') return { ...given, known: { ...known, radius_of_impact: findAction(action)?.radius ?? null } }
  if (findAction(action)?.target.some((field) => field === name))
    return { ...given, ready: { ...ready, event: { ...ready.event, [name]: to } } }
  return { ...given, known: { ...known, facts: withFact(known, name, to ?? false) } }
}

export const withSteps = (given: DryRunGiven, steps: readonly FlipStep[]): DryRunGiven => steps.reduce(withStep, given)
