/** What holds for any facts there could be, through the decisions that look at them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../shared/audit/digest.ts'
import type { Fact, Facts, FactValue } from '../../shared/contracts/facts.ts'
import type { Answer, Answers, Asks } from '../../shared/contracts/live-facts.ts'
import { queryFor } from '../../shared/policy/promql.ts'
import { dryRun } from './dry-run.ts'
import { dryRunKnown } from './dry-run-known.ts'
import { readiness } from './readiness.ts'
import { readinessKnown } from './readiness-known.ts'
import { NOW, normalized } from './snapshot.fixture.ts'

const { input, snapshot } = normalized({
  events: ['webhook_received', 'incident_event_normalized', 'spec_resolved', 'readiness_evaluated'],
})
const base = readinessKnown(snapshot).known
const ready = readiness.decide(input, base, NOW).output
const dryRunBase = {
  ...dryRunKnown(snapshot).known,
  readiness_recorded: true,
  pre_approved: [
    {
      action: 'restart_pod',
      requires: [
        { text: 'stateless', fact: 'stateless', kind: 'is_true' as const },
        { text: 'quota >= 1', fact: 'quota', kind: 'compares' as const, operator: '>=' as const, number: 1 },
      ],
    },
  ],
}

const NAMES = ['stateful', 'backup_verified', 'quota', 'hpa_enabled'] as const
const MINUTE = 60_000
const ago = (minutes: number) => new Date(Date.parse(NOW) - minutes * MINUTE).toISOString()
/** Mostly what is good: a property of incidents that are blocked for many reasons says little. */
const mostly = <T>(good: T, any: fc.Arbitrary<T>) => fc.oneof({ weight: 5, arbitrary: fc.constant(good) }, any)
const minutes = mostly(1, fc.integer({ min: -2, max: 10 }))
const anything = fc.constantFrom<FactValue>(true, false, -1, 0, 3, 'yes')
const limit = mostly<number | null>(null, fc.integer({ min: 1, max: 10 }))

const fact = (good: FactValue): fc.Arbitrary<Fact> =>
  fc.record({ value: mostly(good, anything), age: minutes, limit }).map(({ value, age, limit }) => ({
    value,
    source: 'catalog',
    as_of: ago(age),
    ...(limit !== null && { max_age: limit * MINUTE }),
  }))
const facts: fc.Arbitrary<Facts> = fc.record({
  stateful: fact(false),
  backup_verified: fact(true),
  quota: fact(2),
  hpa_enabled: fact(true),
})

const ask = (name: string): Asks[string] => ({
  prometheus: `${name}{service="$service"}`,
  ...(name !== 'quota' && { compare: { operator: '>=', number: 1 } }),
  max_age: 5 * MINUTE,
})
const asks: fc.Arbitrary<Asks> = fc
  .oneof(fc.subarray([...NAMES]), fc.subarray(['quota', 'hpa_enabled']))
  .map((names) => Object.fromEntries(names.map((name) => [name, ask(name)])))
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sample: fc.integer({ min: 0, max: 2 }), as_of: minutes.map(ago) }) },
  fc.constant({ problem: 'no series' }),
)
const answers: fc.Arbitrary<Answers> = fc
  .record({ stateful: answer, backup_verified: answer, quota: answer, hpa_enabled: answer })
  .map((all) =>
    Object.fromEntries(
      Object.entries(all).map(([name, one]) => [name, { query: queryFor(ask(name), input.event).query, answer: one }]),
    ),
  )
interface Given {
  facts: Facts
  asks: Asks
  answers: Answers
}
const given: fc.Arbitrary<Given> = fc.record({ facts, asks, answers })

const atReadiness = (one: Given) => readiness.decide(input, { ...base, ...one }, NOW)
const atDryRun = (one: Given) => dryRun.decide(ready, { ...dryRunBase, ...one }, NOW)
const passes = (one: Given) => [atReadiness(one).outcome === 'next', atDryRun(one).output.outcome === 'pass'] as const

const without = <Value>(record: Record<string, Value>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([other]) => other !== name))
/** Each takes away what was known of one fact. */
const FORGET: Record<string, (one: Given, name: string) => Given> = {
  'an answer that never came': (one, name) => ({ ...one, answers: without(one.answers, name) }),
  'an answer that failed': (one, name) => ({
    ...one,
    answers: { ...one.answers, [name]: { query: null, answer: { problem: 'timeout' } } },
  }),
  'a question more': (one, name) => ({
    ...one,
    asks: { ...one.asks, [name]: ask(name) },
    answers: without(one.answers, name),
  }),
  'a fact that grew old': (one, name) => {
    const found = one.facts[name]
    return found ? { ...one, facts: { ...one.facts, [name]: { ...found, as_of: ago(20), max_age: MINUTE } } } : one
  },
}

describe('whatever is known', () => {
  it('lets some through and not others, so that the rest means something', () => {
    const sample = fc.sample(given, 3000).map(passes)
    for (const stage of [0, 1] as const) {
      expect(sample.filter((passed) => passed[stage]).length).toBeGreaterThan(20)
      expect(sample.filter((passed) => !passed[stage]).length).toBeGreaterThan(20)
    }
  })

  it.each(Object.entries(FORGET))('monotony: %s makes no pass of a block', (_, forget) => {
    fc.assert(
      fc.property(given, fc.constantFrom(...NAMES), (one, name) => {
        const [before, after] = [passes(one), passes(forget(one, name))]
        for (const stage of [0, 1] as const) if (after[stage]) expect(before[stage]).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('unknown never passes: no stage lets through what it asked for and does not know', () => {
    fc.assert(
      fc.property(given, (one) => {
        const open = Object.keys(one.asks).filter((name) => {
          const found = one.answers[name]?.answer
          if (!found || 'problem' in found) return true
          const age = Date.parse(NOW) - Date.parse(found.as_of)
          return age < 0 || age > 5 * MINUTE
        })
        if (open.length > 0) expect(passes(one)).toEqual([false, false])
      }),
      { numRuns: 2000 },
    )
  })

  it('the order of facts, questions and answers never matters', () => {
    const turned = <Value>(record: Record<string, Value>) => Object.fromEntries(Object.entries(record).reverse())
    fc.assert(
      fc.property(given, (one) => {
        const other = { facts: turned(one.facts), asks: turned(one.asks), answers: turned(one.answers) }
        expect(canonicalJson(atReadiness(other))).toBe(canonicalJson(atReadiness(one)))
        expect(canonicalJson(atDryRun(other))).toBe(canonicalJson(atDryRun(one)))
      }),
      { numRuns: 500 },
    )
  })
})
