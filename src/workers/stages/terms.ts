/**
 * What the policy folder alone says of a class and a target: the same for every such incident, and most of what a decision
 * depends on. So it is put together and digested once, and kept once beside the incidents that name it.
 */
import { type Kept, keep } from '../../shared/audit/kept.ts'
import type { Facts } from '../../shared/contracts/facts.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { type ClassLookup, findClassPolicy } from '../../shared/policy/class-policy.ts'
import { catalogEntry, catalogFacts } from '../../shared/policy/facts.ts'

interface Target {
  service: string
  namespace: string
}

/** `make` sees the policy and the catalogue and nothing of the incident. */
export const termsFrom = <Terms>(make: (found: ClassLookup, facts: Facts) => Terms) => {
  const known = new WeakMap<PolicySet, Map<string, Kept<Terms>>>()
  return (policies: PolicySet, incidentClass: string, target: Target | null): Kept<Terms> => {
    const found = findClassPolicy(policies, incidentClass)
    const fresh = () => keep(make(found, target ? catalogFacts(policies, target) : {}))
    // Names come from strangers: only those that stand in the folder may stay in memory.
    if (found.policy === null || target === null || catalogEntry(policies, target) === null) return fresh()
    const ofSet = known.get(policies) ?? new Map<string, Kept<Terms>>()
    known.set(policies, ofSet)
    const name = `${incidentClass}\n${target.service}`
    const terms = ofSet.get(name) ?? fresh()
    ofSet.set(name, terms)
    return terms
  }
}
