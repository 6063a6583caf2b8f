/** A live incident as the blockers see it. */
import { expect, it } from 'vitest'
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { gateFromIncident } from './gate-from-incident.ts'
import { type ReadinessKnown, readinessKnown } from './readiness-known.ts'
import { NOW, normalized } from './snapshot.fixture.ts'

const { input, snapshot } = normalized()
const known = readinessKnown(snapshot).known
const { policy } = known
if (!policy) throw new Error('no policy')
const gate = (changes: Partial<ReadinessKnown> = {}, event: Partial<Normalized['event']> = {}) =>
  gateFromIncident({ ...input, event: { ...input.event, ...event } }, { ...known, ...changes }, NOW)
const asked = { prometheus: 'x', max_age: 60_000 }

it('lacks nothing where nothing is unknown, frozen or spent', () => {
  expect(gate()).toMatchObject({ unknown_facts: [], freezes: [], thaw: null, spent: [], stateful: false })
})

it('of an action that is not in the catalogue nothing is asked', () => {
  expect(gate({ policy: { ...policy, action: 'other' } }, { pod: '' }).unknown_facts).toEqual([])
})

it('without a policy nothing is asked of anything', () => {
  expect(gate({ policy: null, facts: {} }).unknown_facts).toEqual([])
  expect(gate({ policy: null }).sources).toEqual({ required: 0, seen: ['grafana'] })
})

it('says once that a fact is not known which the policy asks for and the action computes with', () => {
  const rollback = { policy: { ...policy, action: 'rollback_deployment' } }
  const { unknown_facts } = gate({ ...rollback, asks: { revision: asked } })
  expect(unknown_facts.map(({ name }) => name)).toEqual(['revision', 'last_good_revision'])
})

it('knows what there is nothing left of', () => {
  const spent = [{ scope: 'service:api', limit: 0, window: 1, passes: 0, free_at: null, last: null }]
  expect(gate({ spent }).spent).toEqual(spent)
})
