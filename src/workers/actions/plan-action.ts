/** Makes the plan of an action, or says what is not known that it needs. Nothing is ever put in its place. Pure. */
import type { Facts } from '../../shared/contracts/facts.ts'
import type { Plan } from '../../shared/contracts/plan.ts'
import { findFact } from '../../shared/policy/facts.ts'
import type { Action, Target } from './define-action.ts'

/** A field of the target, or a fact, that is needed and not known. */
interface Unknown {
  name: string
  message: string
}

type Planned = { plan: Plan; unknown: [] } | { plan: null; unknown: Unknown[] }

const readFacts = ({ facts: needs }: Action, facts: Facts) =>
  needs.safeParse(
    Object.fromEntries(
      Object.keys(needs.shape).flatMap((name) => {
        const fact = findFact(facts, name)
        return fact ? [[name, fact.value]] : []
      }),
    ),
  )

/** A value that the action cannot compute with is as good as none. */
const unknownFact = ({ name: action }: Action, facts: Facts, name: string, problem: string): Unknown => {
  const fact = findFact(facts, name)
  if (!fact) return { name, message: `${name} is not known and ${action} needs it` }
  const found = `${name}=${JSON.stringify(fact.value)}, from ${fact.source}`
  return { name, message: `${found}, is of no use to ${action}: ${problem}` }
}

const unknownIn = (action: Action, target: Target, facts: Facts, read: ReturnType<typeof readFacts>): Unknown[] => {
  const fields = action.target.filter((field) => target[field] === '')
  const issues = read.error?.issues ?? []
  return [
    ...fields.map((name) => ({ name, message: `${name} is not known and ${action.name} needs it` })),
    ...issues.map(({ path, message }) => unknownFact(action, facts, String(path[0]), message)),
  ]
}

/** What the action needs and nobody knows; an empty string in the target is not known. */
export const unknownTo = (action: Action, target: Target, facts: Facts): Unknown[] =>
  unknownIn(action, target, facts, readFacts(action, facts))

export const planAction = (action: Action, target: Target, facts: Facts): Planned => {
  const read = readFacts(action, facts)
  const unknown = unknownIn(action, target, facts, read)
  if (!read.success || unknown.length > 0) return { plan: null, unknown }
  // A fact is a boolean, a number or a string; what an action asks for only narrows that.
  const known = read.data as Plan['facts']
  return {
    plan: { action: action.name, radius: action.radius, facts: known, ...action.plan(target, known) },
    unknown: [],
  }
}
