import { describe, expect, it } from 'vitest'
import { parseCondition } from './condition-grammar.ts'

describe('parseCondition', () => {
  it.each([
    ['stateless', { text: 'stateless', fact: 'stateless', kind: 'is_true' }],
    ['  stateless ', { text: 'stateless', fact: 'stateless', kind: 'is_true' }],
    ['not stateful', { text: 'not stateful', fact: 'stateful', kind: 'is_not_true' }],
    ['not \n stateful', { text: 'not stateful', fact: 'stateful', kind: 'is_not_true' }],
    ['nothing_left', { text: 'nothing_left', fact: 'nothing_left', kind: 'is_true' }],
    ['quota >= 1', { text: 'quota >= 1', fact: 'quota', kind: 'compares', operator: '>=', number: 1 }],
    ['quota>=1', { text: 'quota >= 1', fact: 'quota', kind: 'compares', operator: '>=', number: 1 }],
    ['load<-0.5', { text: 'load < -0.5', fact: 'load', kind: 'compares', operator: '<', number: -0.5 }],
    ['quota >= 120', { text: 'quota >= 120', fact: 'quota', kind: 'compares', operator: '>=', number: 120 }],
    ['load > 10.25', { text: 'load > 10.25', fact: 'load', kind: 'compares', operator: '>', number: 10.25 }],
    ['load != 2', { text: 'load != 2', fact: 'load', kind: 'compares', operator: '!=', number: 2 }],
  ])('%j', (source, condition) => {
    expect(parseCondition(source)).toEqual({ condition, problem: null })
  })

  it.each([
    ['', 1, "it ends at character 1, expected a fact name or 'not'"],
    ['not', 4, 'it ends at character 4, expected a fact name'],
    ['not not stateful', 5, "found 'not' at character 5, expected a fact name"],
    ['not quota >= 1', 11, "found '>=' at character 11, expected nothing more"],
    ['  Stateless ', 3, "condition 'Stateless': found 'Stateless' at character 3, expected a fact name"],
    ['stateless and hpa_enabled', 11, "found 'and' at character 11, expected one of == != >= <= > < or nothing"],
    ['process.exit()', 1, "found 'process.exit()' at character 1"],
    ['quota = 1', 7, "found '=' at character 7, expected one of == != >= <= > < or nothing more"],
    ['quota => 1', 7, "found '=>' at character 7"],
    ['quota > = 1', 9, "found '=' at character 9, expected a number"],
    ['quota >= ', 9, 'it ends at character 9, expected a number such as 1 or -0.5'],
    ['quota >= one', 10, "found 'one' at character 10, expected a number"],
    ['quota >= 1 && x', 12, "found '&&' at character 12, expected nothing more"],
    ['quota >= 1e3', 10, "found '1e3' at character 10, expected a number"],
    ['stateless == true', 14, "found 'true' at character 14, expected a number"],
    ['>= 1', 1, "found '>=' at character 1, expected a fact name or 'not'"],
    ['__proto__', 1, "found '__proto__' at character 1"],
    [`${'A'.repeat(60)}`, 1, `found '${'A'.repeat(60)}' at character 1`],
    [`${'a'.repeat(65)} > 1`, 1, `found '${'a'.repeat(59)}…' at character 1`],
  ])('refuses %j at character %i: %s', (source, column, message) => {
    expect(parseCondition(source)).toEqual({
      condition: null,
      problem: {
        column,
        message: expect.stringContaining(message),
        fix: expect.stringContaining('write one condition'),
      },
    })
  })
})
