/** A live incident as the blockers see it: the card of its class, and everything else as it is found now. Pure. */
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { askedAbout, factsAt } from '../../shared/policy/facts-at.ts'
import { findAction } from '../actions/index.ts'
import { unknownTo } from '../actions/plan-action.ts'
import type { GateInput } from '../blockers/gate-input.ts'
import { inForce, thawAfter } from './freezes.ts'
import { neededFacts } from './needed-facts.ts'
import type { ReadinessKnown } from './readiness-known.ts'

/** `now` is RFC 3339. Facts that only the spec's conditions name are dry-run's to check. */
export const gateFromIncident = ({ event }: Normalized, known: ReadinessKnown, now: string): GateInput => {
  const { policy } = known
  const at = Date.parse(now)
  const found = factsAt(askedAbout(known, event), now)
  const needed = neededFacts(event, known.asks, found)
  const action = policy && findAction(policy.action)
  const told = new Set(needed.unknown.map(({ name }) => name))
  const computed = action ? unknownTo(action, event, found.facts).filter(({ name }) => !told.has(name)) : []
  return {
    policy,
    policy_problem: known.policy_problem,
    audit: known.audit,
    stateful: needed.stateful,
    backup_verified: needed.backup_verified,
    backup_denied: policy?.backup_verified === false,
    unknown_facts: policy === null ? [] : [...needed.unknown, ...computed],
    conflicts: known.conflicts,
    sources: { required: policy?.sources_required ?? 0, seen: known.sources },
    freezes: inForce(known.freezes, at),
    thaw: known.freezes.length === 0 ? null : thawAfter(known.freezes, at),
    spent: known.spent ?? [],
  }
}
