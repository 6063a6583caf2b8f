/** What a decision needs to know of a target, and what it says where that is not known. */
import { expect, it } from 'vitest'
import type { Facts, FactValue } from '../../shared/contracts/facts.ts'
import { neededFacts } from './needed-facts.ts'

const target = { service: 'api', namespace: 'prod' }
const fact = (value: FactValue, max_age?: number) => ({
  ...{ value, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' },
  ...(max_age && { max_age }),
})
const ask = { prometheus: 'x', max_age: 60_000 }
const DATED =
  'backup_verified: backup_verified is unknown: true alone does not say since when; state the last restore test that succeeded, e.g. {value: true, as_of: 2026-11-14, max_age: 7d}'

interface Given {
  facts: Facts
  unknown?: Record<string, string>
  asks?: string[]
}

it.each<[string, Given, boolean | null, boolean | null, string[]]>([
  ['a stateless workload', { facts: { stateful: fact(false) } }, false, null, []],
  [
    'a stateful one with a backup',
    { facts: { stateful: fact(true), backup_verified: fact(true, 60_000) } },
    true,
    true,
    [],
  ],
  ['a backup nobody dated', { facts: { stateful: fact(true), backup_verified: fact(true) } }, true, null, [DATED]],
  ['one of a stateless workload', { facts: { stateful: fact(false), backup_verified: fact(true) } }, false, null, []],
  ['a backup that failed', { facts: { stateful: fact(true), backup_verified: fact(false) } }, true, false, []],
  [
    'a backup that is too old',
    { facts: { stateful: fact(true) }, unknown: { backup_verified: 'it is old' } },
    true,
    null,
    ['backup_verified: backup_verified is unknown: it is old'],
  ],
  [
    'a backup that is too old, of a stateless workload',
    { facts: { stateful: fact(false) }, unknown: { backup_verified: 'it is old' } },
    false,
    null,
    [],
  ],
  [
    'what is stateful to nobody',
    { facts: {} },
    null,
    null,
    ["stateful: stateful of service 'api' in namespace 'prod' is not in the catalogue: add it to services.yaml"],
  ],
  [
    'a stateful that is neither true nor false',
    { facts: { stateful: fact('no') } },
    null,
    null,
    ["stateful: stateful=\"no\" of service 'api' in namespace 'prod' is not true or false: correct services.yaml"],
  ],
  [
    'answers that failed, by name',
    {
      facts: {},
      unknown: { quota: 'no series', stateful: 'timeout', load: 'no series' },
      asks: ['quota', 'stateful', 'load'],
    },
    null,
    null,
    [
      'stateful: stateful is unknown: timeout',
      'load: load is unknown: no series',
      'quota: quota is unknown: no series',
    ],
  ],
  [
    'nothing that nobody asks for',
    { facts: { stateful: fact(false) }, unknown: { quota: 'it is old' } },
    false,
    null,
    [],
  ],
])('%s', (_, { facts, unknown = {}, asks = [] }, stateful, backup_verified, messages) => {
  const found = neededFacts(target, Object.fromEntries(asks.map((name) => [name, ask])), { facts, unknown })
  expect(found).toMatchObject({ stateful, backup_verified })
  expect(found.unknown.map(({ name, message }) => `${name}: ${message}`)).toEqual(messages)
})
