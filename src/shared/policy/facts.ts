/** Facts about a target: looked up in the catalogue of services, completed by what follows from them. Pure. */
import type { Fact, Facts } from '../contracts/facts.ts'
import type { PolicySet } from '../contracts/policy.ts'

/** A fact that is not there is unknown. Names come from files, so nothing inherited may count as one. */
export const findFact = (facts: Facts, name: string): Fact | undefined =>
  Object.hasOwn(facts, name) ? facts[name] : undefined

/** For a person: `replicas is unknown`, with the reason where there is one. */
export const sayUnknown = (name: string, reasons: Readonly<Record<string, string>>): string =>
  Object.hasOwn(reasons, name) ? `${name} is unknown: ${reasons[name]}` : `${name} is unknown`

/**
 * The one place where `stateless` comes from: not `stateful`. Where both are stated and contradict each other, neither
 * is known.
 */
export const withDerivedFacts = (facts: Facts): Facts => {
  const stateful = findFact(facts, 'stateful')
  if (typeof stateful?.value !== 'boolean') return facts
  const stated = findFact(facts, 'stateless')
  if (stated === undefined) return { ...facts, stateless: { ...stateful, value: !stateful.value } }
  if (stated.value === !stateful.value) return facts
  const { stateful: _, stateless: __, ...rest } = facts
  return rest
}

/** Null for an unknown service, and for a namespace the catalogue does not list for it. */
export const catalogEntry = (
  { services }: Pick<PolicySet, 'services'>,
  target: { service: string; namespace: string },
): PolicySet['services'][string] | null => {
  const entry = Object.hasOwn(services, target.service) ? services[target.service] : undefined
  if (!entry || (entry.namespaces.length > 0 && !entry.namespaces.includes(target.namespace))) return null
  return entry
}

/** Without an entry in the catalogue there are no facts at all. */
export const catalogFacts = (
  policies: Pick<PolicySet, 'services' | 'stated_at'>,
  target: { service: string; namespace: string },
): Facts => {
  const stated = Object.entries(catalogEntry(policies, target)?.facts ?? {}).map(([name, fact]) => [
    name,
    { source: 'catalog', ...(typeof fact === 'object' ? fact : { value: fact, as_of: policies.stated_at }) },
  ])
  return withDerivedFacts(Object.fromEntries(stated))
}
