/** What a decision on a target needs to know of it, whatever the action: asked by readiness, and again by dry-run. Pure. */
import type { Fact } from '../../shared/contracts/facts.ts'
import type { Asks } from '../../shared/contracts/live-facts.ts'
import { findFact, sayUnknown } from '../../shared/policy/facts.ts'
import type { FactsAt } from '../../shared/policy/facts-at.ts'

export interface NeededFacts {
  /** Null: not known. */
  stateful: boolean | null
  backup_verified: boolean | null
  /** One entry per fact that is needed and not known. */
  unknown: { name: string; message: string }[]
}

const asBoolean = (fact: Fact | undefined): boolean | null => (typeof fact?.value === 'boolean' ? fact.value : null)

const statefulProblem = (target: { service: string; namespace: string }, { facts, unknown }: FactsAt): string => {
  const stateful = findFact(facts, 'stateful')
  const where = `service '${target.service}' in namespace '${target.namespace}'`
  if (stateful)
    return `stateful=${JSON.stringify(stateful.value)} of ${where} is not true or false: correct services.yaml`
  if (Object.hasOwn(unknown, 'stateful')) return sayUnknown('stateful', unknown)
  return `stateful of ${where} is not in the catalogue: add it to services.yaml`
}

/** A backup is verified by a restore that succeeded lately enough, not by a label that somebody once set. */
const UNDATED =
  'backup_verified is unknown: true alone does not say since when; state the last restore test that succeeded, e.g. {value: true, as_of: 2026-11-14, max_age: 7d}'

export const neededFacts = (target: { service: string; namespace: string }, asks: Asks, at: FactsAt): NeededFacts => {
  const stateful = asBoolean(findFact(at.facts, 'stateful'))
  const backup = findFact(at.facts, 'backup_verified')
  const undated = backup?.value === true && backup.max_age === undefined
  // Whether there is a backup matters to a workload that holds something.
  const names = [...Object.keys(asks), ...(stateful === true ? ['backup_verified'] : [])]
  const unknown = [...new Set(names)]
    .filter((name) => name !== 'stateful' && Object.hasOwn(at.unknown, name))
    .sort()
    .map((name) => ({ name, message: sayUnknown(name, at.unknown) }))
  return {
    stateful,
    backup_verified: undated ? null : asBoolean(backup),
    unknown: [
      ...(stateful === null ? [{ name: 'stateful', message: statefulProblem(target, at) }] : []),
      ...(stateful === true && undated ? [{ name: 'backup_verified', message: UNDATED }] : []),
      ...unknown,
    ],
  }
}
