/** What an action is right now, as a digest: a first run that was confirmed counts only for the action it was. Pure. */
import { digest } from '../../shared/audit/digest.ts'
import type { Fact, Facts, FactValue } from '../../shared/contracts/facts.ts'
import type { Action, Target } from './define-action.ts'
import { planAction, unknownTo } from './plan-action.ts'

/** A target for every action to plan with, so that a change in what it plans shows, whatever code it is in. */
const PROBE: Target = {
  service: 'probe',
  namespace: 'probe',
  pod: 'probe',
  window_minutes: 10,
  metric_context: { x: 1 },
}
const VALUES: readonly FactValue[] = [1, 2, true, false, 'probe']

const probe = (value: FactValue): Fact => ({ value, source: 'probe', as_of: '2026-01-01T00:00:00.000Z' })

/** Of every fact that it declares the first value with which it can compute, beside those before it. */
const probeFacts = (action: Action): Facts => {
  let facts: Facts = {}
  for (const name of Object.keys(action.facts.shape)) {
    const known = VALUES.map((value) => ({ ...facts, [name]: probe(value) }))
    facts = known.find((tried) => unknownTo(action, PROBE, tried).every((unknown) => unknown.name !== name)) ?? facts
  }
  return facts
}

const digests = new WeakMap<Action, string | null>()

/** Null where the probe is not enough to plan with: then no run of it counts as confirmed. */
export const actionDigest = (action: Action): string | null => {
  const known = digests.get(action)
  if (known !== undefined) return known
  const { plan } = planAction(action, PROBE, probeFacts(action))
  const found = plan && digest(plan)
  digests.set(action, found)
  return found
}
