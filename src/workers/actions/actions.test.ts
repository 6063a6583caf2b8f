import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../shared/audit/digest.ts'
import type { Facts } from '../../shared/contracts/facts.ts'
import { Plan } from '../../shared/contracts/plan.ts'
import { ACTIONS, findAction, planAction } from './index.ts'

const target = {
  service: 'appointments-api',
  namespace: 'prod',
  pod: 'appointments-api-7c4d6f8b9-xq2lp',
  window_minutes: 10,
  metric_context: { memory_percent: 93 },
}
const factsOf = (values: Record<string, number | boolean>): Facts =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, source: 'catalog', as_of: '2026-05-17T11:42:00.000Z' },
    ]),
  )
const plan = (name: string, changes: Partial<typeof target> = {}, facts: Facts = {}) => {
  const action = findAction(name)
  return action && planAction(action, { ...target, ...changes }, facts)
}

describe('the action catalogue', () => {
  it('has each action once, under its name', () => {
    const names = ACTIONS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(['restart_pod', 'scale_up_replicas_one'])
    expect(findAction('delete_namespace')).toBeNull()
    expect(findAction('constructor')).toBeNull()
  })

  it.each(ACTIONS)('$name plans what the contract describes, no wider than it says', (action) => {
    const made = planAction(action, target, {})
    expect(Plan.parse(made)).toEqual(made)
    expect(made).toMatchObject({ action: action.name, radius: action.radius })
  })

  it.each([
    ['restart_pod', 'pod'],
    ['restart_pod', 'namespace'],
    ['scale_up_replicas_one', 'namespace'],
    ['scale_up_replicas_one', 'service'],
  ])('%s plans nothing without %s', (name, field) => {
    expect(plan(name, { [field]: '' })).toBeNull()
  })

  it('restart_pod touches exactly the pod that is named', () => {
    expect(plan('restart_pod')?.change).toEqual({
      verb: 'delete',
      resource: { kind: 'Pod', namespace: 'prod', name: 'appointments-api-7c4d6f8b9-xq2lp' },
      before: { present: true },
      after: { present: false, replaced_by_controller: true },
    })
  })

  it.each([
    [{}, { replicas_added: 0 }, { replicas_added: 1 }],
    [{ replicas: 3 }, { replicas: 3 }, { replicas: 4 }],
    [{ replicas: 2.5 }, { replicas_added: 0 }, { replicas_added: 1 }],
    [{ replicas: true }, { replicas_added: 0 }, { replicas_added: 1 }],
  ])('scale_up_replicas_one with %j adds one and takes one away again', (facts, before, after) => {
    const made = plan('scale_up_replicas_one', { pod: '' }, factsOf(facts))
    expect(made?.change).toMatchObject({ verb: 'patch', resource: { kind: 'Deployment', name: 'appointments-api' } })
    expect(made?.change).toMatchObject({ before, after })
    expect(made?.rollback.change).toMatchObject({ before: after, after: before })
  })

  it('success is the metric below its value at the alert, over two windows', () => {
    expect(plan('restart_pod')).toMatchObject({
      verification: { metric: 'memory_percent', operator: '<', threshold: 93, windows_minutes: [10, 20] },
      rollback_after_minutes: 20,
    })
    expect(
      plan('restart_pod', { metric_context: {} as typeof target.metric_context, window_minutes: 0 }),
    ).toMatchObject({
      verification: { metric: 'alerts_firing', operator: '<', threshold: 1, windows_minutes: [5, 10] },
      rollback_after_minutes: 10,
    })
  })

  it('the same target and facts give the same bytes, in whatever order they are written', () => {
    const numbers = fc.dictionary(fc.constantFrom('b', 'a', 'memory_percent'), fc.integer())
    fc.assert(
      fc.property(fc.constantFrom(...ACTIONS), numbers, numbers, (action, metrics, values) => {
        const turned = (record: Record<string, number>) => Object.fromEntries(Object.entries(record).reverse())
        const one = planAction(action, { ...target, metric_context: metrics }, factsOf(values))
        const other = planAction(action, { ...target, metric_context: turned(metrics) }, factsOf(turned(values)))
        expect(canonicalJson(one)).toBe(canonicalJson(other))
      }),
    )
  })
})
