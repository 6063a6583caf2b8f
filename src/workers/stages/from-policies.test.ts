/** What comes from the policy folder is all of it: put over what was known under one folder, it is what the other gives. */
import { expect, it } from 'vitest'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { PIPELINE } from '../pipeline.ts'
import { normalized, POLICIES } from './snapshot.fixture.ts'

const OTHER: PolicySet = {
  digest: 'f'.repeat(64),
  profiles: {},
  freezes: [{ from: '2026-05-17T11:00:00Z', to: '2026-05-17T12:00:00Z', scope: 'global', reason: 'audit' }],
  budgets: [],
  review: POLICIES.review,
  services: { 'appointments-api': { namespaces: [], facts: { stateful: true } } },
  stated_at: '2026-05-18T11:00:00.000Z',
  sources: new Map(),
  classes: new Map([['high_memory_usage', { incident_class: 'high_memory_usage', problem: 'why' }]]),
}

it.each(PIPELINE)('$name', async ({ load, fromPolicies }) => {
  const { snapshot } = normalized()
  const [recorded, other] = [await load(snapshot), await load({ ...snapshot, policies: OTHER })]
  expect({ ...recorded.known, ...fromPolicies(OTHER, snapshot.incident) }).toEqual(other.known)
  expect({ ...other.known, ...fromPolicies(POLICIES, snapshot.incident) }).toEqual(recorded.known)
})
