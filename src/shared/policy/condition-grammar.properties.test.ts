/** Conditions for every text that somebody could write, not only for the ones somebody thought of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FactValue } from '../contracts/facts.ts'
import { Condition } from '../contracts/policy.ts'
import { parseCondition } from './condition-grammar.ts'
import { evaluateCondition } from './conditions.ts'

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/).filter((text) => text !== 'not')
const number = fc.stringMatching(/^-?[0-9]{1,9}(\.[0-9]{1,4})?$/)
const space = fc.stringMatching(/^[ \t\n]{1,3}$/)
const perhaps = fc.stringMatching(/^[ \t\n]{0,3}$/)
const operator = fc.constantFrom('==', '!=', '>=', '<=', '>', '<')

/** A condition as somebody might write it, and as it is meant. */
const written = fc.oneof(
  fc.tuple(perhaps, name, perhaps).map(([a, fact, b]) => ({
    source: a + fact + b,
    condition: { text: fact, fact, kind: 'is_true' },
  })),
  fc.tuple(perhaps, space, name, perhaps).map(([a, b, fact, c]) => ({
    source: `${a}not${b}${fact}${c}`,
    condition: { text: `not ${fact}`, fact, kind: 'is_not_true' },
  })),
  fc.tuple(perhaps, name, perhaps, operator, perhaps, number).map(([a, fact, b, op, c, value]) => ({
    source: a + fact + b + op + c + value,
    condition: { text: `${fact} ${op} ${value}`, fact, kind: 'compares', operator: op, number: Number(value) },
  })),
)

/** What the grammar is made of, put together as it comes: near enough to a condition to reach every branch. */
const nearly = fc
  .array(fc.oneof(fc.constantFrom('not', ' ', '>=', '=', '1', '-2.5', 'quota', 'X', '&&'), fc.string()), {
    maxLength: 7,
  })
  .map((parts) => parts.join(''))

const value: fc.Arbitrary<FactValue> = fc.oneof(fc.boolean(), fc.double({ noNaN: true }), fc.string())

describe('for every text', () => {
  it('a condition is read as it is meant, and its own text gives it again', () => {
    fc.assert(
      fc.property(written, ({ source, condition }) => {
        expect(parseCondition(source)).toEqual({ condition, problem: null })
        expect(parseCondition(condition.text)).toEqual({ condition, problem: null })
        expect(Condition.parse(condition)).toEqual(condition)
      }),
    )
  })

  it('junk is answered with the place inside it where reading stopped, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearly), (source) => {
        const { condition, problem } = parseCondition(source)
        if (condition !== null) {
          expect(parseCondition(condition.text).condition).toEqual(condition)
          return
        }
        expect(problem.column).toBeGreaterThanOrEqual(1)
        expect(problem.column).toBeLessThanOrEqual(source.length + 1)
        expect(problem.message).toContain(`at character ${problem.column}`)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a condition on a fact that is not known is never met, whatever else is known', () => {
    fc.assert(
      fc.property(written, fc.dictionary(name, value), ({ source }, known) => {
        const { condition } = parseCondition(source)
        if (condition === null) throw new Error(`not read: ${source}`)
        const { [condition.fact]: _, ...others } = known
        const facts = Object.entries(others).map(([fact, is]) => [
          fact,
          { value: is, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' },
        ])
        expect(evaluateCondition(condition, Object.fromEntries(facts))?.code).toBe('fact_unknown')
      }),
    )
  })
})
