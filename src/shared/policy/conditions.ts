/** Conditions of a pre-approved action, held against the facts. Pure. */
import type { Blocker } from '../contracts/blocker.ts'
import type { Fact, Facts } from '../contracts/facts.ts'
import type { Condition } from '../contracts/policy.ts'
import type { Operator } from './condition-grammar.ts'
import { findFact, sayUnknown } from './facts.ts'

export const COMPARE: Record<Operator, (a: number, b: number) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}

/** Null when it holds, else why not. A value of the wrong type never holds, whatever the condition. */
const failure = (condition: Condition, { value }: Fact): string | null => {
  if (condition.kind === 'compares') {
    if (typeof value !== 'number') return ': not a number'
    return COMPARE[condition.operator](value, condition.number) ? null : ''
  }
  if (typeof value !== 'boolean') return ': not true or false'
  return value === (condition.kind === 'is_true') ? null : ''
}

/** Null when the condition is met. An unknown fact never meets one, negated or not; `unknown` says why it is not known. */
export const evaluateCondition = (
  condition: Condition,
  facts: Facts,
  unknown: Readonly<Record<string, string>> = {},
): Blocker | null => {
  const fact = findFact(facts, condition.fact)
  if (!fact) {
    const why = sayUnknown(condition.fact, unknown)
    return { code: 'fact_unknown', message: `precondition '${condition.text}' not met (${why})` }
  }
  const why = failure(condition, fact)
  if (why === null) return null
  const shown = `${condition.fact}=${JSON.stringify(fact.value)}, from ${fact.source}${why}`
  return { code: 'precondition_not_met', message: `precondition '${condition.text}' not met (${shown})` }
}
