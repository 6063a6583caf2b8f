import { describe, expect, it } from 'vitest'
import type { Facts, FactValue } from '../contracts/facts.ts'
import type { Condition } from '../contracts/policy.ts'
import { parseCondition } from './condition-grammar.ts'
import { evaluateCondition } from './conditions.ts'

const factsOf = (values: Record<string, FactValue>): Facts =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' },
    ]),
  )

const parsed = (text: string): Condition => {
  const { condition, problem } = parseCondition(text)
  if (condition === null) throw new Error(problem.message)
  return condition
}

describe('evaluateCondition', () => {
  it.each<[string, FactValue]>([
    ['stateless', true],
    ['not stateful', false],
    ['quota >= 1', 1],
    ['quota > 1', 2],
    ['quota <= 1', 1],
    ['quota < 1', 0],
    ['quota == 1', 1],
    ['quota != 1', 2],
  ])('%s holds for %j', (text, value) => {
    const condition = parsed(text)
    expect(evaluateCondition(condition, factsOf({ [condition.fact]: value }))).toBeNull()
  })

  it.each<[string, FactValue, string]>([
    ['stateless', false, "precondition 'stateless' not met (stateless=false, from catalog)"],
    ['stateless', 'true', `precondition 'stateless' not met (stateless="true", from catalog: not true or false)`],
    ['stateless', 1, "precondition 'stateless' not met (stateless=1, from catalog: not true or false)"],
    ['not stateful', true, "precondition 'not stateful' not met (stateful=true, from catalog)"],
    ['not stateful', 'no', `precondition 'not stateful' not met (stateful="no", from catalog: not true or false)`],
    ['not stateful', 0, "precondition 'not stateful' not met (stateful=0, from catalog: not true or false)"],
    ['quota >= 1', 0, "precondition 'quota >= 1' not met (quota=0, from catalog)"],
    ['quota > 1', 1, "precondition 'quota > 1' not met (quota=1, from catalog)"],
    ['quota <= 1', 2, "precondition 'quota <= 1' not met (quota=2, from catalog)"],
    ['quota < 1', 1, "precondition 'quota < 1' not met (quota=1, from catalog)"],
    ['quota == 1', 2, "precondition 'quota == 1' not met (quota=2, from catalog)"],
    ['quota != 1', 1, "precondition 'quota != 1' not met (quota=1, from catalog)"],
    ['quota != 1', true, "precondition 'quota != 1' not met (quota=true, from catalog: not a number)"],
    ['quota >= 1', '2', `precondition 'quota >= 1' not met (quota="2", from catalog: not a number)`],
  ])('%s does not hold for %j', (text, value, message) => {
    const condition = parsed(text)
    expect(evaluateCondition(condition, factsOf({ [condition.fact]: value }))).toEqual({
      code: 'precondition_not_met',
      message,
    })
  })

  it.each(['stateless', 'not stateful', 'quota >= 1', 'quota != 1', 'constructor', 'not constructor'])(
    'unknown never meets %s',
    (text) => {
      const found = evaluateCondition(parsed(text), factsOf({ other: true }))
      expect(found?.code).toBe('fact_unknown')
      expect(found?.message).toMatch(new RegExp(`^precondition '${text}' not met \\(\\w+ is unknown\\)$`))
    },
  )
})
