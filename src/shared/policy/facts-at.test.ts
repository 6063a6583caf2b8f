import { expect, it } from 'vitest'
import type { Answer, Asks } from '../contracts/live-facts.ts'
import { askedAbout, factsAt } from './facts-at.ts'

const NOW = '2026-05-17T12:00:00.000Z'
const target = { service: 'api', namespace: 'prod', pod: '' }
const stated = (value: boolean | number, as_of = NOW, max_age?: number) => ({
  value,
  source: 'catalog',
  as_of,
  ...(max_age !== undefined && { max_age }),
})
const ask = (changes: Partial<Asks[string]> = {}): Asks => ({
  quota: { prometheus: 'quota', max_age: 60_000, ...changes },
})
const answer = (given: Answer) => ({ quota: { query: { value: 'quota', as_of: 'timestamp(quota)' }, answer: given } })

it('is what was stated where nothing is dated and nothing asked, without a copy', () => {
  const old = '2000-01-01T00:00:00.000Z'
  const facts = { stateful: stated(false, old), stateless: stated(true, old) }
  expect(factsAt({ facts, asks: {} }, NOW).facts).toBe(facts)
})

it.each([
  ['as old as it may be', '2026-05-17T11:59:00.000Z', null],
  ['older', '2026-05-17T11:58:59.000Z', 'it is 1m 1s old (2026-05-17T11:58:59.000Z), and counts for 1m'],
  [
    'from the future',
    '2026-05-17T12:00:00.001Z',
    'it is dated 2026-05-17T12:00:00.001Z, which is 1ms ahead: correct the date or the clocks',
  ],
])('a dated fact that is %s', (_, as_of, reason) => {
  const { facts, unknown } = factsAt({ facts: { quota: stated(1, as_of, 60_000) }, asks: {} }, NOW)
  expect(Object.keys(facts)).toEqual(reason === null ? ['quota'] : [])
  expect(unknown).toEqual(reason === null ? {} : { quota: reason })
})

it('what follows from a fact is not known without it', () => {
  const old = stated(false, '2026-05-16T12:00:00.000Z', 60_000)
  expect(factsAt({ facts: { stateful: old, stateless: { ...old, value: true } }, asks: {} }, NOW).facts).toEqual({})
})

it('what follows from an asked fact follows from the answer', () => {
  const given = {
    facts: { stateful: stated(false), stateless: stated(true) },
    asks: { stateful: { prometheus: 'volumes', compare: { operator: '>' as const, number: 0 }, max_age: 60_000 } },
    answers: { stateful: { query: null, answer: { sample: 2, as_of: NOW } } },
  }
  const { facts } = factsAt(given, NOW)
  expect([facts.stateful?.value, facts.stateless?.value]).toEqual([true, false])
})

it.each<[string, Asks, Answer, unknown]>([
  ['the number', ask(), { sample: 2, as_of: NOW }, 2],
  ['whether it holds', ask({ compare: { operator: '>=', number: 2 } }), { sample: 2, as_of: NOW }, true],
  ['whether it does not', ask({ compare: { operator: '>', number: 2 } }), { sample: 2, as_of: NOW }, false],
  ['nothing without an answer', ask(), { problem: 'no series' }, undefined],
])('an asked fact is %s', (_, asks, given, value) => {
  const { facts, unknown } = factsAt({ facts: { quota: stated(9) }, asks, answers: answer(given) }, NOW)
  expect(facts.quota?.value).toBe(value)
  expect(facts.quota?.source).toBe(value === undefined ? undefined : 'prometheus')
  expect(unknown).toEqual(value === undefined ? { quota: 'no series' } : {})
})

it.each([
  ['the same question', ask(), true],
  ['another expression', ask({ prometheus: 'other_quota' }), false],
  ['another way to tell its age', ask({ as_of: 'quota_time' }), false],
  ['a question that cannot be put', ask({ prometheus: 'quota{pod="$pod"}' }), false],
])('an answer fits %s: %s', (_, asks, fits) => {
  const given = { facts: {}, asks, answers: answer({ sample: 1, as_of: NOW }) }
  expect(Object.keys(askedAbout(given, target).answers)).toEqual(fits ? ['quota'] : [])
})

it('where nothing is asked, what is given stays as it is', () => {
  const given = { facts: {}, asks: {}, answers: answer({ sample: 1, as_of: NOW }) }
  expect(askedAbout(given, target)).toBe(given)
})

it('a question that has no answer has none, and one that could never be put has that', () => {
  expect(askedAbout({ facts: {}, asks: ask(), answers: {} }, target).answers).toEqual({})
  const answers = { quota: { query: null, answer: { problem: 'pod of the incident is not known' } } }
  const asks = ask({ prometheus: 'quota{pod="$pod"}' })
  expect(askedAbout({ facts: {}, asks, answers }, target).answers).toEqual(answers)
  expect(askedAbout({ facts: {}, asks, answers: {} }, target).answers).toEqual({})
  expect(askedAbout({ facts: {}, asks: ask(), answers }, target).answers).toEqual({})
})
