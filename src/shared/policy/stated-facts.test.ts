/** Facts as the policy folder states them and asks for them: what is taken, and what is refused with which words. */
import { expect, it } from 'vitest'
import { ClassCard } from '../contracts/card.ts'
import { Services } from '../contracts/policy.ts'
import { readClass } from './class-policy.ts'
import { catalogFacts } from './facts.ts'
import { parseYamlAs } from './parse-yaml.ts'
import { BUILT_IN_PROFILES } from './profiles.ts'

const card = (facts: string): string =>
  `incident_class: x\nprefix: HM\nscores: {}\npre_approved_action: restart_pod\nfacts: {quota: ${facts}}`
const spec = '## Pre-approved actions\n- `restart_pod`\n'
const problemOf = (facts: string): string | null => {
  const read = readClass(
    'x',
    new Map([
      ['x/readiness.yaml', card(facts)],
      ['x/specify.md', spec],
    ]),
    BUILT_IN_PROFILES,
    null,
  )
  return 'problem' in read && !read.problem.startsWith('x/specify.md') ? read.problem : null
}

it.each([
  ['{prometheus: up, max_age: 2m}', { prometheus: 'up', max_age: 120_000 }],
  [
    '{prometheus: sum(up), as_of: min(timestamp(up)), compare: ">= 1.5", max_age: 7d}',
    {
      prometheus: 'sum(up)',
      as_of: 'min(timestamp(up))',
      compare: { operator: '>=', number: 1.5 },
      max_age: 604_800_000,
    },
  ],
  ['{prometheus: up, compare: "!=-2", max_age: 1s}', { compare: { operator: '!=', number: -2 } }],
])('a card asks for %s', (facts, expected) => {
  expect(parseYamlAs(ClassCard, card(facts)).value?.facts.quota).toMatchObject(expected)
  expect(problemOf(facts)).toBeNull()
})

it.each([
  ['{prometheus: up}', 'facts.quota.max_age is missing: '],
  ['{prometheus: up, max_age: 0s}', 'facts.quota.max_age is "0s": max_age must be longer than nothing'],
  ['{prometheus: up, max_age: soon}', 'facts.quota.max_age is "soon": a duration looks like'],
  ['{prometheus: "", max_age: 1m}', 'facts.quota.prometheus is ""'],
  ['{prometheus: up, compare: "=> 1", max_age: 1m}', 'facts.quota.compare is "=> 1": a comparison is an operator'],
  ['{prometheus: up, compare: ">= x", max_age: 1m}', 'facts.quota.compare is ">= x"'],
  ['{prometheus: up, max_age: 1m, unit: s}', 'facts.quota.unit is not a known key'],
  ["{prometheus: 'up{a=$service}', max_age: 1m}", "facts.quota.prometheus is 'up{a=$service}': a $ may stand"],
  ['{prometheus: up, as_of: \'x{a="$x"}\', max_age: 1m}', `facts.quota.as_of is 'x{a="$x"}': $x is not known`],
  ['{prometheus: sum(up), max_age: 1m}', "facts.quota.as_of is missing: 'sum(up)' is computed"],
])('a card that asks for %s is invalid', (facts, problem) => {
  expect(problemOf(facts)).toContain(`x/readiness.yaml: ${problem}`)
})

it('a card does not ask for what is derived', () => {
  const text = card('{prometheus: up, max_age: 1m}').replace('quota', 'stateless')
  expect(parseYamlAs(ClassCard, text).problem).toContain('stateless is derived: ask for stateful instead')
})

const services = (fact: string) => parseYamlAs(Services, `services: {api: {facts: {backup_verified: ${fact}}}}`)

it.each([
  ['2026-11-14', '2026-11-14T00:00:00.000Z'],
  ['2026-11-14T03:00:00Z', '2026-11-14T03:00:00.000Z'],
  ['2026-11-14T03:00:00+02:00', '2026-11-14T01:00:00.000Z'],
])('the catalogue states when a fact was so: %s', (as_of, expected) => {
  const { value } = services(`{value: true, as_of: "${as_of}", max_age: 7d}`)
  const known = catalogFacts(
    { services: value?.services ?? {}, stated_at: '2026-01-01T00:00:00.000Z' },
    { service: 'api', namespace: 'prod' },
  )
  expect(known).toEqual({
    backup_verified: { value: true, source: 'catalog', as_of: expected, max_age: 604_800_000 },
  })
})

it.each([
  ['{value: true, max_age: 7d}', 'services.api.facts.backup_verified.as_of is missing: as_of is a day or a time'],
  ['{value: true, as_of: yesterday, max_age: 7d}', 'as_of is "yesterday": as_of is a day or a time with its zone'],
  ['{value: true, as_of: "2026-11-14T03:00:00", max_age: 7d}', 'as_of is a day or a time with its zone'],
  ['{value: true, as_of: 2026-11-14}', 'max_age is missing'],
  ['{value: true, as_of: 2026-11-14, max_age: 7d, by: anna}', 'by is not a known key'],
])('the catalogue refuses %s', (fact, problem) => {
  expect(services(fact).problem).toContain(problem)
})
