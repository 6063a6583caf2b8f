/** A live incident as the blockers see it: the card of its class, and everything else as it is found now. Pure. */
import type { Fact } from '../../shared/contracts/facts.ts'
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { findFact } from '../../shared/policy/facts.ts'
import { findAction, missingTarget } from '../actions/index.ts'
import type { GateInput } from '../blockers/gate-input.ts'
import type { ReadinessKnown } from './readiness-known.ts'

const asBoolean = (fact: Fact | undefined): boolean | null => (typeof fact?.value === 'boolean' ? fact.value : null)

/** What a decision on this action needs. Facts that the spec's conditions name are dry-run's to check. */
const unknownFacts = ({ event }: Normalized, { policy, facts }: ReadinessKnown): GateInput['unknown_facts'] => {
  if (policy === null) return []
  const stateful = findFact(facts, 'stateful')
  const where = `service '${event.service}' in namespace '${event.namespace}'`
  const message = stateful
    ? `stateful=${JSON.stringify(stateful.value)} of ${where} is not true or false: correct services.yaml`
    : `stateful of ${where} is not in the catalogue: add it to services.yaml`
  const action = findAction(policy.action)
  const target = action ? missingTarget(action, event) : []
  return [
    ...(asBoolean(stateful) === null ? [{ name: 'stateful', message }] : []),
    ...target.map((name) => ({ name, message: `${name} is not known and ${policy.action} needs it` })),
  ]
}

/** `now` is RFC 3339. */
export const gateFromIncident = (incident: Normalized, known: ReadinessKnown, now: string): GateInput => {
  const { policy, facts } = known
  const at = Date.parse(now)
  const backup = asBoolean(findFact(facts, 'backup_verified'))
  return {
    policy,
    policy_problem: known.policy_problem,
    audit: known.audit,
    stateful: asBoolean(findFact(facts, 'stateful')),
    backup_verified: policy?.backup_verified === false ? false : backup,
    unknown_facts: unknownFacts(incident, known),
    conflicts: known.conflicts,
    sources: { required: policy?.sources_required ?? 0, seen: known.sources },
    spent: known.spent ?? [],
    freezes: known.freezes.filter(({ from, to }) => Date.parse(from) <= at && at <= Date.parse(to)),
  }
}
