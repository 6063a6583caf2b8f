/** What an action is right now, as a digest: a first run that was confirmed counts only for the action it was. Pure. */
import { digest } from '../../shared/audit/digest.ts'
import type { Facts } from '../../shared/contracts/facts.ts'
import type { Action, Target } from './define-action.ts'
import { planAction } from './index.ts'

/** A target and facts for every action to plan with, so that a change in what it plans shows, whatever code it is in. */
const PROBE: Target = {
  service: 'probe',
  namespace: 'probe',
  pod: 'probe',
  window_minutes: 10,
  metric_context: { x: 1 },
}
const as_of = '2026-01-01T00:00:00.000Z'
const PROBE_FACTS: Facts = { replicas: { value: 3, source: 'probe', as_of } }

const digests = new WeakMap<Action, string | null>()

/** Null where the probe is not enough to plan with: then no run of it counts as confirmed. */
export const actionDigest = (action: Action): string | null => {
  const known = digests.get(action)
  if (known !== undefined) return known
  const plan = planAction(action, PROBE, PROBE_FACTS)
  const found = plan && digest(plan)
  digests.set(action, found)
  return found
}
