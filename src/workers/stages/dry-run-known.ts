/** Everything a dry-run decision depends on beside its input: gathered here, stored with it, replayed from there. */
import { z } from 'zod'
import { Blocker } from '../../shared/contracts/blocker.ts'
import { Radius } from '../../shared/contracts/card.ts'
import { Facts } from '../../shared/contracts/facts.ts'
import { Sha256 } from '../../shared/contracts/identifiers.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { Answers, Asks } from '../../shared/contracts/live-facts.ts'
import { Conflict } from '../../shared/contracts/normalized.ts'
import { type PolicySet, PreApprovedAction } from '../../shared/contracts/policy.ts'
import { gateCard } from '../blockers/gate-input.ts'
import type { Loaded, Snapshot } from '../stage.ts'
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
  /** Readiness let this incident through, and its record is in the trace. */
  readiness_recorded: z.boolean(),
  /** Nothing remembers confirmed runs yet, so every run counts as the first. */
  first_run: z.literal(true),
})
export type DryRunKnown = z.infer<typeof DryRunKnown>

const termsOf = termsFrom(({ policy, blocker }, facts) => ({
  policy_problem: blocker,
  pre_approved: policy?.pre_approved ?? [],
  radius_of_impact: policy && gateCard(policy.card).radius_of_impact,
  facts,
  asks: policy?.card.facts ?? {},
}))

export const dryRunKnown = ({ incident, trace, policies, answers }: Snapshot): Loaded<DryRunKnown> => {
  const terms = termsOf(policies, incident.incident_class, incident.event)
  const own = {
    ...(answers && { answers }),
    conflicts: incident.seen.conflicts,
    first_run: true as const,
    policy_digest: policies.digest,
    readiness_recorded:
      incident.decisions.readiness?.outcome === 'next' && trace.some(({ event }) => event === 'readiness_evaluated'),
  }
  return { known: { ...terms.value, ...own }, own, terms }
}

export const dryRunFromPolicies = (
  policies: PolicySet,
  { incident_class, event }: Pick<Incident, 'incident_class' | 'event'>,
): Partial<DryRunKnown> => ({ ...termsOf(policies, incident_class, event).value, policy_digest: policies.digest })
