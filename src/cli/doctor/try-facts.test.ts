import { expect, it } from 'vitest'
import type { Answer, Asks, Query } from '../../shared/contracts/live-facts.ts'
import type { ClassPolicy, PolicySet } from '../../shared/contracts/policy.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { tryFacts } from './try-facts.ts'

const NOW = '2026-05-17T11:43:00.000Z'
const CLASS = 'high_memory_usage'
const shipped = await loadPolicyFolder('policies')

/** Two services, api and db, and one class that asks this. */
const asking = (facts: Asks): PolicySet => {
  const policy = shipped.classes.get(CLASS) as ClassPolicy
  const entry = { namespaces: ['prod'], facts: {} }
  return {
    ...shipped,
    services: { api: entry, db: entry },
    classes: new Map([[CLASS, { ...policy, card: { ...policy.card, facts } }]]),
  }
}
const fresh: Answer = { sample: 1, as_of: NOW }
const none: Answer = { problem: 'no series matches it' }
const refused: Answer = { problem: 'Prometheus refuses it: parse error' }
const answering = (answer: (query: Query) => Answer) => ({ ask: async (query: Query) => answer(query) })
const ask = (prometheus: string) => ({ prometheus, max_age: 120_000 })
const quota = { quota: ask('quota{service="$service"}') }

it.each<[string, Asks, (query: Query) => Answer, string, RegExp]>([
  ['known for all', quota, () => fresh, 'ok', /^quota known for 2 services$/],
  [
    'not known for one',
    quota,
    ({ value }) => (value.includes('"db"') ? none : fresh),
    'warning',
    /^quota of db is unknown: no series matches it$/,
  ],
  ['known for nobody', quota, () => none, 'failed', /quota of api is unknown: .*; quota of db is unknown: /],
  [
    'too old',
    quota,
    () => ({ sample: 1, as_of: '2026-05-17T11:33:00.000Z' }),
    'failed',
    /quota of api is unknown: it is 10m old .* counts for 2m/,
  ],
  ['refused', quota, () => refused, 'failed', /parse error/],
  [
    'known, beside one that nobody has',
    { ...quota, other: ask('other') },
    ({ value }) => (value === 'other' ? none : fresh),
    'failed',
    /^other of api is unknown/,
  ],
  ['about a pod, of which none is known yet', { up: ask('up{pod="$pod"}') }, () => none, 'ok', /^up known/],
  ['about a pod, and refused', { up: ask('up{pod="$pod"}') }, () => refused, 'failed', /^up of api is unknown/],
])('a fact that is %s', async (_, facts, answer, status, found) => {
  expect(await tryFacts(asking(facts), answering(answer), NOW)).toMatchObject([
    { name: `facts of ${CLASS}`, status, found: expect.stringMatching(found) },
  ])
})

it('asks nothing where no policy asks, or no service is known', async () => {
  const nobody = answering(() => {
    throw new Error('asked')
  })
  expect(await tryFacts(asking({}), nobody, NOW)).toEqual([])
  expect(await tryFacts({ ...asking(quota), services: {} }, nobody, NOW)).toEqual([])
})
