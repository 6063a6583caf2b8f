import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Facts, FactValue } from '../contracts/facts.ts'
import { Condition } from '../contracts/policy.ts'
import { evaluateCondition, parseCondition } from './conditions.ts'

const factsOf = (values: Record<string, FactValue>): Facts =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' },
    ]),
  )

const parsed = (text: string): Condition => {
  const { condition, problem } = parseCondition(text)
  if (condition === null) throw new Error(problem)
  return condition
}

describe('parseCondition', () => {
  it.each([
    ['stateless', { fact: 'stateless', kind: 'is_true' }],
    ['  stateless ', { fact: 'stateless', kind: 'is_true' }],
    ['not stateful', { fact: 'stateful', kind: 'is_not_true' }],
    ['not   stateful', { fact: 'stateful', kind: 'is_not_true' }],
    ['nothing_left', { fact: 'nothing_left', kind: 'is_true' }],
    ['remaining_quota >= 1', { fact: 'remaining_quota', kind: 'compares', operator: '>=', number: 1 }],
    ['remaining_quota>=1', { fact: 'remaining_quota', kind: 'compares', operator: '>=', number: 1 }],
    ['load < -0.5', { fact: 'load', kind: 'compares', operator: '<', number: -0.5 }],
    ['load != 2', { fact: 'load', kind: 'compares', operator: '!=', number: 2 }],
  ])('%j', (text, expected) => {
    expect(parsed(text)).toEqual({ text: text.trim(), ...expected })
  })

  it.each([
    ['', "'' is not a fact name"],
    ['not', "'not' is not a fact name"],
    ['not not stateful', "'not stateful' is not a fact name"],
    ['Stateless', "'Stateless' is not a fact name"],
    ['stateless and hpa_enabled', 'is not a fact name'],
    ['process.exit()', 'is not a fact name'],
    ['quota = 1', "'=' is not one of"],
    ['quota => 1', "'=>' is not one of"],
    ['quota >= ', "'' is not a number"],
    ['quota >= one', "'one' is not a number"],
    ['quota >= 1 && x', "'1 && x' is not a number"],
    ['quota >= 1e3', "'1e3' is not a number"],
    ['stateless == true', "'true' is not a number"],
    ['>= 1', "'' is not a fact name"],
    ['not quota >= 1', "'not quota' is not a fact name"],
  ])('refuses %j, quoting it and saying what to write', (text, why) => {
    const { condition, problem } = parseCondition(text)
    expect(condition).toBeNull()
    expect(problem).toContain(`condition '${text.trim()}'`)
    expect(problem).toContain(why)
    expect(problem).toContain('write it as')
  })

  it('whatever is written, it is refused or is a condition that says the same when read again', () => {
    const words = fc.constantFrom('not', 'stateful', 'quota', '>=', '<', '==', '1', '-2.5', ' ', '  ', 'X', '=')
    fc.assert(
      fc.property(fc.array(words, { maxLength: 6 }), (parts) => {
        const { condition } = parseCondition(parts.join(''))
        if (condition) expect(Condition.parse(parsed(condition.text))).toEqual(condition)
      }),
    )
  })
})

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
