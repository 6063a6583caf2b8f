/** A live incident as the blockers see it: the card of its class, and everything else as it is found now. Pure. */
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { askedAbout, factsAt } from '../../shared/policy/facts-at.ts'
import { findAction, missingTarget } from '../actions/index.ts'
import type { GateInput } from '../blockers/gate-input.ts'
import { neededFacts } from './needed-facts.ts'
import type { ReadinessKnown } from './readiness-known.ts'

/** `now` is RFC 3339. Facts that only the spec's conditions name are dry-run's to check. */
export const gateFromIncident = ({ event }: Normalized, known: ReadinessKnown, now: string): GateInput => {
  const { policy } = known
  const at = Date.parse(now)
  const needed = neededFacts(event, known.asks, factsAt(askedAbout(known, event), now))
  const action = policy && findAction(policy.action)
  const target = action ? missingTarget(action, event) : []
  const unknown_facts = [
    ...needed.unknown,
    ...target.map((name) => ({ name, message: `${name} is not known and ${action?.name} needs it` })),
  ]
  return {
    policy,
    policy_problem: known.policy_problem,
    audit: known.audit,
    stateful: needed.stateful,
    backup_verified: policy?.backup_verified === false ? false : needed.backup_verified,
    unknown_facts: policy === null ? [] : unknown_facts,
    conflicts: known.conflicts,
    sources: { required: policy?.sources_required ?? 0, seen: known.sources },
    freezes: known.freezes.filter(({ from, to }) => Date.parse(from) <= at && at <= Date.parse(to)),
  }
}
