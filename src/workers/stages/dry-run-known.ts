/** Everything a dry-run decision depends on beside its input: gathered here, stored with it, replayed from there. */
import { z } from 'zod'
import { digest } from '../../shared/audit/digest.ts'
import { SourceName } from '../../shared/contracts/alert.ts'
import { Blocker } from '../../shared/contracts/blocker.ts'
import { Radius } from '../../shared/contracts/card.ts'
import { Facts } from '../../shared/contracts/facts.ts'
import { Sha256 } from '../../shared/contracts/identifiers.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { Answers, Asks } from '../../shared/contracts/live-facts.ts'
import { Conflict } from '../../shared/contracts/normalized.ts'
import { type ClassPolicy, Freeze, type PolicySet, PreApprovedAction } from '../../shared/contracts/policy.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { Spent } from '../../shared/contracts/share.ts'
import { findClassPolicy } from '../../shared/policy/class-policy.ts'
import { actionDigest } from '../actions/action-digest.ts'
import { findAction } from '../actions/index.ts'
import { gateCard } from '../blockers/gate-input.ts'
import type { Loaded, Snapshot } from '../stage.ts'
import { freezesFor } from './freezes.ts'
import { PolicyInForce, policyInForce } from './readiness-known.ts'
import { termsFrom } from './terms.ts'

/** Read again here, since the policy, the facts and the sources may have changed while the job waited. */
export const DryRunKnown = z.strictObject({
  policy_digest: Sha256,
  policy_problem: Blocker.nullable(),
  pre_approved: z.array(PreApprovedAction),
  radius_of_impact: Radius.nullable(),
  /** As they were stated; `factsAt` says which of them count. */
  facts: Facts,
  /** What the policy asks of Prometheus. */
  asks: Asks.default({}),
  answers: Answers.optional(),
  conflicts: z.array(Conflict),
  /** Those whose scope covers this incident, whenever they are; left out where there are none. */
  freezes: z.array(Freeze).optional(),
  /** Where it was edited since readiness: how it judges now, and what it asks of the sources. Left out where it is the same. */
  policy: PolicyInForce.nullable().optional(),
  sources: z.array(SourceName).optional(),
  /** Readiness let this incident through, and its record is in the trace. */
  readiness_recorded: z.boolean(),
  /** Readiness was semi-manual, and since then a person has let this step go on. */
  step_confirmed: z.boolean(),
  /** Of specification and action: what a confirmed first run is bound to. Null where there is no such action. */
  run_digest: Sha256.nullable(),
  /** Nobody has confirmed this action on this service yet, or it was another specification or action. */
  first_run: z.boolean(),
  /** Budgets with nothing left, as the commit found them; left out where it found none. */
  spent: z.array(Spent).optional(),
})
export type DryRunKnown = z.infer<typeof DryRunKnown>

const runDigest = ({ card, spec }: ClassPolicy): string | null => {
  const action = findAction(card.pre_approved_action)
  const found = action && actionDigest(action)
  return found === null ? null : digest({ action: found, spec: spec.digest })
}

const termsOf = termsFrom(({ policy, blocker }, facts) => ({
  policy_problem: blocker,
  pre_approved: policy?.pre_approved ?? [],
  radius_of_impact: policy && gateCard(policy.card).radius_of_impact,
  run_digest: policy && runDigest(policy),
  facts,
  asks: policy?.card.facts ?? {},
}))

const stepConfirmed = (trace: Snapshot['trace']): boolean =>
  trace.findLastIndex(({ event }) => event === 'review_approved') >
  trace.findLastIndex(({ event }) => event === 'readiness_evaluated')

const isEdited = ({ decisions: { readiness } }: Incident, { digest }: PolicySet): boolean =>
  readiness !== undefined && readiness.policy_digest !== digest

const inForceOn = (policies: PolicySet, incidentClass: string): PolicyInForce | null => {
  const { policy } = findClassPolicy(policies, incidentClass)
  return policy && policyInForce(policy)
}

export const dryRunKnown = (
  { incident, trace, policies, answers, spent }: Snapshot,
  first_run = true,
): Loaded<DryRunKnown> => {
  const terms = termsOf(policies, incident.incident_class, incident.event)
  const step_confirmed = stepConfirmed(trace)
  const freezes = freezesFor(policies, incident)
  const own = {
    ...(isEdited(incident, policies) && {
      policy: inForceOn(policies, incident.incident_class),
      sources: incident.seen.sources,
    }),
    ...(answers && { answers }),
    conflicts: incident.seen.conflicts,
    first_run,
    ...(freezes.length > 0 && { freezes }),
    policy_digest: policies.digest,
    readiness_recorded:
      (incident.decisions.readiness?.outcome === 'next' || step_confirmed) &&
      trace.some(({ event }) => event === 'readiness_evaluated'),
    step_confirmed,
    ...(spent && { spent }),
  }
  return { known: { ...terms.value, ...own }, own, terms }
}

/** What is remembered is looked up only where the policy asks for a person on the first run. */
export const loadDryRun = (snapshot: Snapshot): Loaded<DryRunKnown> | Promise<Loaded<DryRunKnown>> => {
  const { incident, policies, confirmed } = snapshot
  const ready = incident.decisions.readiness?.output as Partial<Ready> | undefined
  const { run_digest } = termsOf(policies, incident.incident_class, incident.event).value
  if (!ready?.needs_review || !confirmed || !ready.action || !ready.event || run_digest === null)
    return dryRunKnown(snapshot)
  const { service } = ready.event
  const found = confirmed({ service, incident_class: incident.incident_class, action: ready.action, run_digest })
  return typeof found === 'boolean' ? dryRunKnown(snapshot, !found) : found.then((is) => dryRunKnown(snapshot, !is))
}

export const dryRunFromPolicies = (
  policies: PolicySet,
  incident: Pick<Incident, 'incident_class' | 'event'>,
): Partial<DryRunKnown> => {
  const freezes = freezesFor(policies, incident)
  const { value } = termsOf(policies, incident.incident_class, incident.event)
  return {
    ...value,
    freezes: freezes.length > 0 ? freezes : undefined,
    // Readiness is decided anew under the same folder.
    policy: undefined,
    policy_digest: policies.digest,
  }
}
