/** Which budgets a pass takes a share of. */
import { expect, it } from 'vitest'
import type { PolicySet } from '../contracts/policy.ts'
import { sharesOf } from './shares.ts'

const MINUTE = 60_000
const event = { service: 'api', namespace: 'prod' }
const valid = (repeat_window: number) => ({ card: { repeat_window } })
const policies = (policy: object | null, budgets: PolicySet['budgets'] = []) => ({
  classes: new Map(policy && [['memory', policy]]) as PolicySet['classes'],
  budgets,
})
const perService = { scope: 'service' as const, limit: 3, window: 60 * MINUTE }
const perNamespace = { scope: 'namespace' as const, limit: 10, window: 30 * MINUTE }

it.each<[string, Parameters<typeof sharesOf>[0], typeof event | null, string[]]>([
  ['nothing without a policy', policies(null, [perService]), event, []],
  [
    'nothing with one that cannot be read',
    policies({ incident_class: 'memory', problem: 'why' }, [perService]),
    event,
    [],
  ],
  ['nothing before there is an event', policies(valid(MINUTE), [perService]), null, []],
  ['nothing where there is neither budget nor repeat window', policies(valid(0)), event, []],
  ['the repeat window', policies(valid(15 * MINUTE)), event, ['repeat:memory:api 1 in 15, kept 15']],
  ['the budgets', policies(valid(0), [perService]), event, ['service:api 3 in 60, kept 60']],
  [
    'both, the repeat window first',
    policies(valid(MINUTE), [perService, perNamespace]),
    event,
    ['repeat:memory:api 1 in 1, kept 1', 'service:api 3 in 60, kept 60', 'namespace:prod 10 in 30, kept 30'],
  ],
  [
    'two of one scope, each kept as long as the longer',
    policies(valid(0), [perService, { ...perService, limit: 9, window: 90 * MINUTE }]),
    event,
    ['service:api 3 in 60, kept 90', 'service:api 9 in 90, kept 90'],
  ],
])('%s', (_, given, at, expected) => {
  const shares = sharesOf(given, 'memory', at)
  expect(
    shares.map(({ scope, limit, window, keep }) => `${scope} ${limit} in ${window / MINUTE}, kept ${keep / MINUTE}`),
  ).toEqual(expected)
})
