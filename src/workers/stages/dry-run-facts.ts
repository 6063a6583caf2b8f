/** The facts that would have to be others, or known at all, for an action to pass, and what they would be. Pure. */
import type { Fact, Facts, FactValue } from '../../shared/contracts/facts.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { Condition } from '../../shared/contracts/policy.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { evaluateCondition } from '../../shared/policy/conditions.ts'
import { findFact } from '../../shared/policy/facts.ts'
import { askedAbout, factsAt } from '../../shared/policy/facts-at.ts'
import { findAction } from '../actions/index.ts'
import { unknownTo } from '../actions/plan-action.ts'
import { askedValue, makeKnown } from '../blockers/fact-unknown.ts'
import { verifyBackup } from '../blockers/stateful-without-backup.ts'
import type { DryRunKnown } from './dry-run-known.ts'
import { neededFacts } from './needed-facts.ts'

export interface DryRunGiven {
  action: string
  ready: Ready
  known: DryRunKnown
  /** RFC 3339. */
  now: string
}

const OPPOSITES = new Map([
  ['stateful', 'stateless'],
  ['stateless', 'stateful'],
])

/** Known just now, so that it counts whatever its age may be. */
const assumed = (value: FactValue, now: string): Fact => ({ value, source: 'assumed', as_of: now, max_age: 1 })

const countingFacts = ({ ready, known, now }: DryRunGiven) => factsAt(askedAbout(known, ready.event), now)

/** What the action needs and nobody knows: fields of the target and facts. */
const unknownNames = (given: DryRunGiven, facts: Facts): string[] => {
  const action = findAction(given.action)
  return action ? unknownTo(action, given.ready.event, facts).map(({ name }) => name) : []
}

/** Values at which some condition may turn over, those nearest to what is there first; then what an action may compute with. */
const valuesToTry = (name: string, conditions: readonly Condition[], now: FactValue | undefined): FactValue[] => {
  const numbers = conditions.flatMap((condition) =>
    'number' in condition ? [condition.number, Math.floor(condition.number) + 1, Math.ceil(condition.number) - 1] : [],
  )
  const distance = (value: number) => Math.abs(value - (typeof now === 'number' ? now : 0))
  const first = askedValue(name) ?? true
  return [first, !first, ...numbers.sort((a, b) => distance(a) - distance(b)), 1, 2]
}

const conditionsOn = (name: string, { action, known }: DryRunGiven): Condition[] =>
  (known.pre_approved.find((entry) => entry.action === action)?.requires ?? []).filter(({ fact }) => fact === name)

/** The first value that meets every condition on the fact and that the action can compute with. */
const enoughFor = (name: string, given: DryRunGiven): FactValue | undefined => {
  const { facts } = countingFacts(given)
  const conditions = conditionsOn(name, given)
  return valuesToTry(name, conditions, findFact(facts, name)?.value).find((value) => {
    const fact = assumed(value, given.now)
    const met = conditions.every((condition) => evaluateCondition(condition, { [name]: fact }) === null)
    return met && !unknownNames(given, { ...facts, [name]: fact }).includes(name)
  })
}

const conditionStep = (name: string, given: DryRunGiven): FlipStep[] => {
  const to = enoughFor(name, given)
  if (to === undefined) return []
  const now = findFact(countingFacts(given).facts, name)
  const asked = conditionsOn(name, given).map(({ text }) => `'${text}'`)
  const found = now ? `now ${JSON.stringify(now.value)}, from ${now.source}` : 'not known now'
  const text = `${name} would have to be ${JSON.stringify(to)} (${found}), as ${asked.join(' and ')} in the specify.md asks`
  return [{ change: 'fact', name, from: now?.value ?? null, to, text }]
}

/** Facts on which the spec's conditions fail, then those that the decision or the action needs. */
export const factSteps = (given: DryRunGiven): FlipStep[] => {
  const { action, ready, known } = given
  const at = countingFacts(given)
  const needed = neededFacts(ready.event, known.asks, at)
  const requires = known.pre_approved.find((entry) => entry.action === action)?.requires ?? []
  const failing = requires.filter((condition) => evaluateCondition(condition, at.facts) !== null)
  const named = new Set(failing.map(({ fact }) => fact))
  const fields: readonly string[] = findAction(action)?.target ?? []
  const missing = [...needed.unknown.map(({ name }) => name), ...unknownNames(given, at.facts)]
  const others = missing.filter((name) => !fields.includes(name) && !named.has(OPPOSITES.get(name) ?? ''))
  return [
    ...[...new Set([...named, ...others])].flatMap((name) =>
      conditionsOn(name, given).length > 0 ? conditionStep(name, given) : makeKnown(name),
    ),
    ...(needed.backup_verified === true ? [] : [verifyBackup(needed.backup_verified)]),
  ]
}

/** Neither asked for nor too old any more; with what is its opposite. */
export const withFact = (given: DryRunGiven, name: string, to: FlipStep['to']): DryRunGiven => {
  const value = to === 'known' || to === null ? (enoughFor(name, given) ?? true) : to
  const opposite = OPPOSITES.get(name)
  const { facts, asks } = given.known
  const others = Object.entries(asks).filter(([asked]) => asked !== name && asked !== opposite)
  return {
    ...given,
    known: {
      ...given.known,
      asks: Object.fromEntries(others),
      facts: {
        ...facts,
        [name]: assumed(value, given.now),
        ...(opposite && { [opposite]: assumed(value !== true, given.now) }),
      },
    },
  }
}
