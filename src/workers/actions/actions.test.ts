import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digest } from '../../shared/audit/digest.ts'
import type { Facts, FactValue } from '../../shared/contracts/facts.ts'
import { Plan } from '../../shared/contracts/plan.ts'
import { ACTIONS, findAction } from './index.ts'
import { planAction, unknownTo } from './plan-action.ts'

const target = {
  service: 'appointments-api',
  namespace: 'prod',
  pod: 'appointments-api-7c4d6f8b9-xq2lp',
  window_minutes: 10,
  metric_context: { memory_percent: 93 },
}
const factsOf = (values: Record<string, FactValue>, as_of = '2026-05-17T11:42:00.000Z'): Facts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source: 'catalog', as_of }]))
/** Every fact that any action of the catalogue needs. */
const KNOWN = { replicas: 3, revision: 42, last_good_revision: 41 }
const planned = (name: string, changes: Partial<typeof target> = {}, facts: Record<string, FactValue> = KNOWN) => {
  const action = findAction(name)
  if (!action) throw new Error(`no action ${name}`)
  return planAction(action, { ...target, ...changes }, factsOf(facts))
}
const deployment = { kind: 'Deployment', namespace: 'prod', name: 'appointments-api' }

describe('the action catalogue', () => {
  it('has each action once, under its name', () => {
    const names = ACTIONS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const action of ACTIONS) expect(findAction(action.name)).toBe(action)
    expect(findAction('delete_namespace')).toBeNull()
    expect(findAction('constructor')).toBeNull()
  })

  it.each(ACTIONS)('$name plans what the contract describes, no wider than it says', (action) => {
    const { plan } = planAction(action, target, factsOf(KNOWN))
    expect(Plan.parse(plan)).toEqual(plan)
    expect(plan).toMatchObject({ action: action.name, radius: action.radius })
    expect(Object.keys(plan?.facts ?? {})).toEqual(Object.keys(action.facts.shape))
  })

  it.each(ACTIONS)('$name changes something, and its rollback takes back exactly that', (action) => {
    const { change, rollback } = planAction(action, target, factsOf(KNOWN)).plan ?? {}
    expect(change?.after).not.toEqual(change?.before)
    if (rollback?.change) expect(rollback.change).toEqual({ ...change, before: change?.after, after: change?.before })
    else expect(rollback?.description).toMatch(/hand over to on-call/)
  })

  it.each(ACTIONS)('$name plans nothing while anything it needs is not known, and names it', (action) => {
    const required = Object.entries(action.facts.shape).filter(([, type]) => !type.safeParse(undefined).success)
    const needs = [...action.target, ...required.map(([name]) => name)]
    for (const name of needs) {
      const { [name]: _, ...facts } = factsOf(KNOWN)
      const less = name in target ? { ...target, [name]: '' } : target
      const unknown = [{ name, message: `${name} is not known and ${action.name} needs it` }]
      expect(planAction(action, less, facts)).toEqual({ plan: null, unknown })
      expect(unknownTo(action, less, facts)).toEqual(unknown)
    }
    const nothing = { ...target, service: '', namespace: '', pod: '' }
    expect(planAction(action, nothing, {}).unknown.map(({ name }) => name)).toEqual(needs)
  })

  it.each<[string, Record<string, FactValue>, string]>([
    ['scale_up_replicas_one', { replicas: 2.5 }, 'replicas=2.5, from catalog, is of no use to'],
    ['scale_up_replicas_one', { replicas: true }, 'replicas=true, from catalog, is of no use to'],
    ['scale_up_replicas_one', { replicas: '3' }, 'replicas="3", from catalog, is of no use to'],
    ['scale_up_replicas_one', { replicas: 0 }, 'it must be 1 or more'],
    ['scale_up_replicas_one', { replicas: -1.5 }, 'it must be a whole number'],
    ['restart_deployment', { replicas: 0 }, 'it must be 1 or more'],
    ['rollback_deployment', { last_good_revision: true }, 'it must be a number from 1 or a name'],
    ['rollback_deployment', { revision: 0 }, 'it must be a number from 1 or a name'],
    ['rollback_deployment', { last_good_revision: 42 }, 'none known to go back to'],
    ['rollback_deployment', { last_good_revision: '42' }, 'none known to go back to'],
  ])('%s takes %j for not known', (name, changes, message) => {
    expect(planned(name, {}, { ...KNOWN, ...changes })).toEqual({
      plan: null,
      unknown: [{ name: Object.keys(changes)[0], message: expect.stringContaining(message) }],
    })
  })

  it.each([
    [
      'restart_pod',
      {
        verb: 'delete',
        resource: { kind: 'Pod', namespace: 'prod', name: 'appointments-api-7c4d6f8b9-xq2lp' },
        before: { present: true },
        after: { present: false, replaced_by_controller: true },
      },
    ],
    ['scale_up_replicas_one', { verb: 'patch', resource: deployment, before: { replicas: 3 }, after: { replicas: 4 } }],
    [
      'restart_deployment',
      {
        verb: 'restart',
        resource: deployment,
        before: { pods: 3, pods_restarted: 0 },
        after: { pods: 3, pods_restarted: 3 },
      },
    ],
    ['rollback_deployment', { verb: 'patch', resource: deployment, before: { revision: 42 }, after: { revision: 41 } }],
  ])('%s changes exactly this', (name, change) => {
    expect(planned(name).plan?.change).toEqual(change)
  })

  it('scale_up_replicas_one says how many more where it is not known how many there are', () => {
    expect(planned('scale_up_replicas_one', {}, {}).plan).toMatchObject({
      facts: {},
      change: { before: { replicas_added: 0 }, after: { replicas_added: 1 } },
    })
  })

  it('rollback_deployment goes by whatever the team counts its deployments by', () => {
    const { plan } = planned('rollback_deployment', {}, { revision: 'v1.4.2', last_good_revision: 'v1.4.1' })
    expect(plan?.change).toMatchObject({ before: { revision: 'v1.4.2' }, after: { revision: 'v1.4.1' } })
  })

  it('success is the metric below its value at the alert, over two windows', () => {
    expect(planned('restart_pod').plan).toMatchObject({
      verification: { metric: 'memory_percent', operator: '<', threshold: 93, windows_minutes: [10, 20] },
      rollback_after_minutes: 20,
    })
    const blind = { metric_context: {} as typeof target.metric_context, window_minutes: 0 }
    expect(planned('restart_pod', blind).plan).toMatchObject({
      verification: { metric: 'alerts_firing', operator: '<', threshold: 1, windows_minutes: [5, 10] },
      rollback_after_minutes: 10,
    })
  })

  const anything = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.integer(), fc.boolean(), fc.string()))
  const needed = fc.record({
    replicas: fc.integer({ min: 1, max: 1000 }),
    revision: fc.integer({ min: 50, max: 60 }),
    last_good_revision: fc.oneof(fc.integer({ min: 1, max: 49 }), fc.constantFrom('v1', 'v2')),
  })
  const known = needed.map((facts): Record<string, FactValue> => ({ ...KNOWN, ...facts }))
  const numbers = fc.dictionary(fc.constantFrom('b', 'a', 'memory_percent'), fc.integer())
  const shuffled = <Value>(record: Record<string, Value>) =>
    fc.shuffledSubarray(Object.entries(record), { minLength: Object.keys(record).length }).map(Object.fromEntries)

  it('the same target and facts give the same bytes, in whatever order, whenever read and whatever else is known', () => {
    const input = fc
      .tuple(known, anything, numbers)
      .chain(([facts, more, metrics]) =>
        fc.tuple(fc.constant({ facts, metrics }), shuffled({ ...more, ...facts }), shuffled(metrics)),
      )
    fc.assert(
      fc.property(fc.constantFrom(...ACTIONS), input, (action, [{ facts, metrics }, more, turned]) => {
        const one = planAction(action, { ...target, metric_context: metrics }, factsOf(facts)).plan
        const later = factsOf(more, '2026-05-17T11:59:00.000Z')
        const other = planAction(action, { ...target, metric_context: turned }, later).plan
        expect(one).not.toBeNull()
        expect(JSON.stringify(one?.facts)).toBe(JSON.stringify(other?.facts))
        expect(canonicalJson(one)).toBe(canonicalJson(other))
      }),
    )
  })

  it('another target or fact gives another digest, which is what an approval is bound to', () => {
    const digests = [
      planned('scale_up_replicas_one'),
      planned('scale_up_replicas_one', {}, { replicas: 4 }),
      planned('scale_up_replicas_one', { namespace: 'staging' }),
      planned('scale_up_replicas_one', { service: 'orders-api' }),
      planned('restart_deployment'),
      planned('rollback_deployment'),
      planned('rollback_deployment', {}, { ...KNOWN, last_good_revision: 40 }),
    ].map(({ plan }) => digest(plan))
    expect(new Set(digests).size).toBe(digests.length)
  })
})
