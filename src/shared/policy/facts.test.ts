import { describe, expect, it } from 'vitest'
import type { FactValue } from '../contracts/facts.ts'
import { catalogFacts, withDerivedFacts } from './facts.ts'

const AT = '2026-05-17T11:42:00.000Z'
const catalog = {
  stated_at: AT,
  services: {
    api: { namespaces: ['prod'], facts: { stateful: false, remaining_quota: 2 } },
    everywhere: { namespaces: [], facts: { stateful: true } },
  },
}
const fact = (value: FactValue) => ({ value, source: 'catalog', as_of: AT })

describe('catalogFacts', () => {
  it('gives each fact with its source and when it was read, and derives stateless', () => {
    expect(catalogFacts(catalog, { service: 'api', namespace: 'prod' })).toEqual({
      stateful: fact(false),
      remaining_quota: fact(2),
      stateless: fact(true),
    })
  })

  it.each([
    ['an unknown service', 'other', 'prod'],
    ['a namespace that is not listed', 'api', 'staging'],
    ['a namespace that is not known', 'api', ''],
    ['a name every object has', 'constructor', 'prod'],
  ])('knows nothing of %s', (_, service, namespace) => {
    expect(catalogFacts(catalog, { service, namespace })).toEqual({})
  })

  it('without namespaces the facts hold in all of them', () => {
    expect(catalogFacts(catalog, { service: 'everywhere', namespace: 'any' }).stateless?.value).toBe(false)
  })
})

describe('withDerivedFacts', () => {
  it.each<[string, Record<string, FactValue>, Record<string, FactValue>]>([
    ['derives stateless', { stateful: true }, { stateful: true, stateless: false }],
    ['keeps what agrees', { stateful: true, stateless: false }, { stateful: true, stateless: false }],
    ['knows neither where both contradict each other', { stateful: false, stateless: false, quota: 1 }, { quota: 1 }],
    ['takes a stated stateless alone', { stateless: false }, { stateless: false }],
    ['derives nothing from what is not true or false', { stateful: 'no' }, { stateful: 'no' }],
  ])('%s', (_, stated, expected) => {
    const facts = Object.fromEntries(Object.entries(stated).map(([name, value]) => [name, fact(value)]))
    const values = Object.entries(withDerivedFacts(facts)).map(([name, { value }]) => [name, value])
    expect(Object.fromEntries(values)).toEqual(expected)
  })
})
