/** Conditions of a pre-approved action: `fact`, `not fact` or `fact OP number`, parsed by hand and never evaluated as code. */
import type { Blocker } from '../contracts/blocker.ts'
import type { Fact, Facts } from '../contracts/facts.ts'
import { FactName } from '../contracts/facts.ts'
import type { Condition } from '../contracts/policy.ts'
import { findFact, sayUnknown } from './facts.ts'

export const COMPARE = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '>=': (a: number, b: number) => a >= b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '<': (a: number, b: number) => a < b,
}
type Operator = keyof typeof COMPARE
const isOperator = (text: string): text is Operator => Object.hasOwn(COMPARE, text)

const FORMS = "write it as 'fact', 'not fact' or 'fact OP number', e.g. stateless, not stateful, remaining_quota >= 1"

export type ParsedCondition = { condition: Condition; problem: null } | { condition: null; problem: string }

const refused = (text: string, why: string): ParsedCondition => ({
  condition: null,
  problem: `condition '${text}': ${why}; ${FORMS}`,
})

const isName = (name: string): boolean => name !== 'not' && FactName.safeParse(name).success

/** `problem` quotes the condition and says what to write instead. */
export const parseCondition = (source: string): ParsedCondition => {
  const text = source.trim()
  const [, left = '', operator, right = ''] = /^([^=!<>]*?)\s*([=!<>]+)\s*(.*)$/s.exec(text) ?? [text, text]
  if (operator === undefined) {
    const [, negated, fact = ''] = /^(not\s+)?(.*)$/s.exec(text) ?? []
    if (!isName(fact)) return refused(text, `'${fact}' is not a fact name`)
    return { condition: { text, fact, kind: negated ? 'is_not_true' : 'is_true' }, problem: null }
  }
  if (!isOperator(operator)) return refused(text, `'${operator}' is not one of ${Object.keys(COMPARE).join(' ')}`)
  if (!isName(left)) return refused(text, `'${left}' is not a fact name`)
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(right)) return refused(text, `'${right}' is not a number`)
  return { condition: { text, fact: left, kind: 'compares', operator, number: Number(right) }, problem: null }
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
