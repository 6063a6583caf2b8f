/** Terms are put together once for what stands in the policy folder, and anew for every name from elsewhere. */
import { expect, it } from 'vitest'
import { POLICIES } from './snapshot.fixture.ts'
import { termsFrom } from './terms.ts'

const MEMORY = 'high_memory_usage'
const target = { service: 'appointments-api', namespace: 'prod' }
const two = {
  ...POLICIES,
  services: { ...POLICIES.services, other: { namespaces: [], facts: { stateful: true } } },
}

it.each<[string, boolean, [string, typeof target | null], [string, typeof target | null]]>([
  ['the same class and service', true, [MEMORY, target], [MEMORY, { ...target }]],
  ['another service', false, [MEMORY, target], [MEMORY, { service: 'other', namespace: 'prod' }]],
  ['no target', false, [MEMORY, null], [MEMORY, null]],
  ['a class without a policy', false, ['unclassified', target], ['unclassified', target]],
  [
    'a service that is in no catalogue',
    false,
    [MEMORY, { service: 'strange', namespace: 'prod' }],
    [MEMORY, { service: 'strange', namespace: 'prod' }],
  ],
])('%s: kept is %s', (_, isKept, one, other) => {
  let made = 0
  const terms = termsFrom((found, facts) => {
    made += 1
    return { found: found.policy !== null, facts: Object.keys(facts) }
  })
  const [first, second] = [terms(two, ...one), terms(two, ...other)]
  expect([first === second, made]).toEqual([isKept, isKept ? 1 : 2])
  expect(terms({ ...two }, ...one)).not.toBe(first)
})
