/** The changes that a dry-run's flip is made of, in the words that a person reads, and what each of them makes of it. */
import { describe, expect, it } from 'vitest'
import type { Facts, FactValue } from '../../shared/contracts/facts.ts'
import type { Condition, PreApprovedAction } from '../../shared/contracts/policy.ts'
import { parseCondition } from '../../shared/policy/condition-grammar.ts'
import { candidatesFor, withSteps } from './dry-run-changes.ts'
import type { DryRunGiven } from './dry-run-facts.ts'
import type { DryRunKnown } from './dry-run-known.ts'

const NOW = '2026-05-17T11:43:00.000Z'
const fact = (value: FactValue) => ({ value, source: 'catalog', as_of: NOW })
const facts = (values: Record<string, FactValue>): Facts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fact(value)]))
const condition = (text: string): Condition => {
  const { condition } = parseCondition(text)
  if (condition === null) throw new Error(text)
  return condition
}
const listed = (action: string, ...requires: string[]): PreApprovedAction => ({
  action,
  requires: requires.map(condition),
})
const event = { service: 'api', namespace: 'prod', pod: 'api-1' }

/** A dry-run of `action` that lacks nothing, save what is said otherwise. */
const given = (action: string, known: Partial<DryRunKnown> = {}, target: Partial<typeof event> = {}): DryRunGiven => ({
  action,
  ready: { event: { ...event, ...target } } as DryRunGiven['ready'],
  known: {
    pre_approved: [listed('something_else', 'never_known'), listed(action)],
    radius_of_impact: 'cluster',
    facts: facts({ stateful: false, replicas: 3, remaining_quota: 2, revision: 'v42', last_good_revision: 'v41' }),
    asks: {},
    ...known,
  } as DryRunKnown,
  now: NOW,
})
const said = (of: DryRunGiven) =>
  candidatesFor(of).map(({ change, name, from, to, text }) => `${change} ${name} ${from} -> ${to}: ${text}`)
const withFacts = (values: Record<string, FactValue>, ...requires: string[]) =>
  given('restart_pod', {
    facts: facts({ stateful: false, ...values }),
    pre_approved: [listed('other', 'load > 90'), listed('restart_pod', ...requires)],
  })
const wouldBe = (name: string, to: string, found: string, asked: string) =>
  `${name} would have to be ${to} (${found}), as ${asked} in the specify.md asks`

describe('candidates', () => {
  it.each(['restart_pod', 'restart_deployment', 'scale_up_replicas_one', 'rollback_deployment'])(
    'of %s that lacks nothing: a word on the backup at the most',
    (action) => {
      expect(candidatesFor(given(action)).map(({ name }) => name)).toEqual(['backup_verified'])
    },
  )

  it('none, where the backup is verified too', () => {
    const dated = { ...fact(true), max_age: 60_000 }
    const { facts } = given('restart_pod').known
    expect(candidatesFor(given('restart_pod', { facts: { ...facts, backup_verified: dated } }))).toEqual([])
  })

  it.each<[string, DryRunGiven, string[]]>([
    [
      'an approval, with what is listed',
      given('restart_pod', { pre_approved: [listed('a'), listed('b')] }),
      [
        'approval restart_pod null -> pre_approved: the owner of the specify.md would have to pre-approve restart_pod there (listed now: a, b)',
      ],
    ],
    [
      'an approval, where nothing is listed',
      given('restart_pod', { pre_approved: [] }),
      [
        'approval restart_pod null -> pre_approved: the owner of the specify.md would have to pre-approve restart_pod there (listed now: nothing)',
      ],
    ],
    [
      'a target',
      given('restart_pod', {}, { pod: '', namespace: '' }),
      [
        'fact namespace null -> known: a source must name the namespace, which restart_pod needs',
        'fact pod null -> known: a source must name the pod, which restart_pod needs',
      ],
    ],
    [
      'the limits of card and spec',
      given('restart_deployment', {
        radius_of_impact: 'pod',
        pre_approved: [{ ...listed('restart_deployment'), radius_of_impact: 'pod' }],
      }),
      [
        'check radius_of_impact pod -> deployment: the owner of the policy would have to allow radius_of_impact: deployment (now pod), which restart_deployment needs',
        'check specify.md radius_of_impact pod -> deployment: the owner of the policy would have to allow specify.md radius_of_impact: deployment (now pod), which restart_deployment needs',
      ],
    ],
    ['no limit of what is not in the catalogue', given('other', { radius_of_impact: 'pod' }), []],
    ['no limit where none is stated', given('restart_deployment', { radius_of_impact: null }), []],
    [
      'what the action computes with',
      given('rollback_deployment', { facts: facts({ stateful: false, revision: 'v42' }) }),
      ['fact last_good_revision null -> known: make last_good_revision known'],
    ],
    [
      'a fact that is true',
      withFacts({ hpa_enabled: false }, 'hpa_enabled'),
      [`fact hpa_enabled false -> true: ${wouldBe('hpa_enabled', 'true', 'now false, from catalog', "'hpa_enabled'")}`],
    ],
    [
      'a fact that is not true',
      withFacts({ frozen: true }, 'not frozen'),
      [`fact frozen true -> false: ${wouldBe('frozen', 'false', 'now true, from catalog', "'not frozen'")}`],
    ],
    [
      'the number nearest to what there is, from below',
      withFacts({ load: 1 }, 'load > 4', 'load < 9'),
      [`fact load 1 -> 5: ${wouldBe('load', '5', 'now 1, from catalog', "'load > 4' and 'load < 9'")}`],
    ],
    [
      'the number nearest to what there is, from above',
      withFacts({ load: 20 }, 'load > 4', 'load < 9'),
      [`fact load 20 -> 8: ${wouldBe('load', '8', 'now 20, from catalog', "'load > 4' and 'load < 9'")}`],
    ],
    [
      'a number where there was none',
      withFacts({}, 'load >= 3'),
      [`fact load null -> 3: ${wouldBe('load', '3', 'not known now', "'load >= 3'")}`],
    ],
    [
      'a number where there was something else',
      withFacts({ load: 'high' }, 'load <= 2'),
      [`fact load high -> 1: ${wouldBe('load', '1', 'now "high", from catalog', "'load <= 2'")}`],
    ],
    ['nothing where no value meets them all', withFacts({ load: 1 }, 'load > 4', 'load < 3'), []],
    ['nothing of a condition that is met', withFacts({ load: 5, hpa_enabled: true }, 'load > 4', 'hpa_enabled'), []],
    [
      'stateless, and not stateful as well',
      given('restart_pod', { facts: {}, pre_approved: [listed('restart_pod', 'stateless')] }),
      [`fact stateless null -> true: ${wouldBe('stateless', 'true', 'not known now', "'stateless'")}`],
    ],
  ])('%s', (_, of, steps) => {
    expect(said(of).filter((step) => !step.startsWith('fact backup_verified'))).toEqual(steps)
  })
})

describe('with a step', () => {
  const step = (change: 'approval' | 'check' | 'fact', name: string, to: string | number | boolean) => ({
    ...{ change, name, from: null, to, text: '' },
  })
  const limited = given('restart_deployment', {
    radius_of_impact: 'pod',
    pre_approved: [
      { ...listed('other', 'load > 4'), radius_of_impact: 'pod' },
      { ...listed('restart_deployment', 'load > 4'), radius_of_impact: 'pod' },
    ],
  })
  const assumed = (value: FactValue) => ({ value, source: 'assumed', as_of: NOW, max_age: 1 })
  const ask = { prometheus: 'x', max_age: 60_000 }

  it('an action is listed, without conditions', () => {
    const { pre_approved } = withSteps(limited, [step('approval', 'restart_deployment', 'pre_approved')]).known
    expect(pre_approved).toEqual([...limited.known.pre_approved, listed('restart_deployment')])
  })

  it('the limit of the spec is gone, for this action alone', () => {
    const { pre_approved } = withSteps(limited, [step('check', 'specify.md radius_of_impact', 'deployment')]).known
    expect(pre_approved).toEqual([limited.known.pre_approved[0], listed('restart_deployment', 'load > 4')])
  })

  it.each([
    ['restart_deployment', 'deployment'],
    ['other', null],
  ])('the limit of the card is what %s needs', (action, radius) => {
    const { known } = withSteps({ ...limited, action }, [step('check', 'radius_of_impact', 'deployment')])
    expect(known.radius_of_impact).toBe(radius)
  })

  it('the target is named', () => {
    const of = given('restart_pod', {}, { pod: '' })
    expect(withSteps(of, [step('fact', 'pod', 'known')]).ready.event).toEqual({ ...event, pod: 'known' })
  })

  it('a fact is what it is to be, and is asked of nobody', () => {
    const of = given('restart_pod', { asks: { load: ask, other: ask }, facts: facts({ other: 1 }) })
    expect(withSteps(of, [step('fact', 'load', 5)]).known).toMatchObject({
      asks: { other: ask },
      facts: { other: fact(1), load: assumed(5) },
    })
    expect(Object.keys(withSteps(of, [step('fact', 'load', 5)]).known.asks)).toEqual(['other'])
  })

  it.each<[string, boolean, Facts]>([
    ['stateful', true, { stateful: assumed(true), stateless: assumed(false) }],
    ['stateful', false, { stateful: assumed(false), stateless: assumed(true) }],
    ['stateless', true, { stateless: assumed(true), stateful: assumed(false) }],
  ])('%s: %s, and so is its opposite', (name, to, expected) => {
    const of = given('restart_pod', { asks: { stateful: ask, stateless: ask, load: ask }, facts: {} })
    const { known } = withSteps(of, [step('fact', name, to)])
    expect([known.facts, Object.keys(known.asks)]).toEqual([expected, ['load']])
  })

  it('a fact that is to be known is what would be enough', () => {
    const of = withFacts({}, 'load >= 3')
    const known = (name: string) => withSteps(of, [step('fact', name, 'known')]).known.facts[name]
    expect([known('load'), known('pods')]).toEqual([assumed(3), assumed(true)])
  })
})
