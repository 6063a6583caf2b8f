/**
 * The grammar of a condition, read by hand and never evaluated as code. Pure.
 *
 *     condition = fact | "not" fact | fact operator number
 *     operator  = "==" | "!=" | ">=" | "<=" | ">" | "<"
 */
import { FactName } from '../contracts/facts.ts'
import type { Condition } from '../contracts/policy.ts'

export type Operator = Extract<Condition, { kind: 'compares' }>['operator']
const OPERATORS: readonly Operator[] = ['==', '!=', '>=', '<=', '>', '<']
const operatorOf = (text: string): Operator | undefined => OPERATORS.find((operator) => operator === text)

/** `column` counts from 1 in the text as it was written: where reading could not go on. */
export interface ConditionProblem {
  column: number
  message: string
  fix: string
}

export type ParsedCondition = { condition: Condition; problem: null } | { condition: null; problem: ConditionProblem }

interface Token {
  text: string
  column: number
}

const tokensOf = (source: string): Token[] =>
  [...source.matchAll(/[=!<>]+|[^\s=!<>]+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }))

const isName = ({ text }: Token): boolean => text !== 'not' && FactName.safeParse(text).success
const isNumber = ({ text }: Token): boolean => /^-?\d{1,15}(\.\d{1,15})?$/.test(text)

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text)

const FIX =
  "write one condition as 'fact', 'not fact' or 'fact OP number', e.g. stateless, not stateful, remaining_quota >= 1"

/** The text of a condition is its tokens with one space between them: read again, it gives the same condition. */
export const parseCondition = (source: string): ParsedCondition => {
  const tokens = tokensOf(source)
  const end: Token = { text: '', column: source.trimEnd().length + 1 }
  const text = tokens.map((token) => token.text).join(' ')
  const refused = ({ text: found, column }: Token, expected: string): ParsedCondition => {
    const what = found === '' ? 'it ends' : `found '${shortened(found)}'`
    const message = `condition '${shortened(source.trim())}': ${what} at character ${column}, expected ${expected}`
    return { condition: null, problem: { column, message, fix: FIX } }
  }

  const [first = end, second, third = end, fourth] = tokens
  if (first.text === 'not') {
    const fact = second ?? end
    if (!isName(fact)) return refused(fact, 'a fact name')
    if (tokens[2]) return refused(tokens[2], 'nothing more')
    return { condition: { text, fact: fact.text, kind: 'is_not_true' }, problem: null }
  }
  if (!isName(first)) return refused(first, "a fact name or 'not'")
  if (!second) return { condition: { text, fact: first.text, kind: 'is_true' }, problem: null }
  const operator = operatorOf(second.text)
  if (!operator) return refused(second, `one of ${OPERATORS.join(' ')} or nothing more`)
  if (!isNumber(third)) return refused(third, 'a number such as 1 or -0.5')
  if (fourth) return refused(fourth, 'nothing more')
  const condition: Condition = { text, fact: first.text, kind: 'compares', operator, number: Number(third.text) }
  return { condition, problem: null }
}
