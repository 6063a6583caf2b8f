/** Everything a readiness decision depends on beside its input: gathered here, stored with it, replayed from there. */
import { z } from 'zod'
import { SourceName } from '../../shared/contracts/alert.ts'
import { Blocker } from '../../shared/contracts/blocker.ts'
import { Facts } from '../../shared/contracts/facts.ts'
import { Sha256 } from '../../shared/contracts/identifiers.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { Answers, Asks } from '../../shared/contracts/live-facts.ts'
import { Conflict } from '../../shared/contracts/normalized.ts'
import { type ClassPolicy, Freeze, type PolicySet, Profile } from '../../shared/contracts/policy.ts'
import { SpecReference } from '../../shared/contracts/ready.ts'
import { Spent } from '../../shared/contracts/share.ts'
import { GateCard, gateCard } from '../blockers/gate-input.ts'
import type { Loaded, Snapshot } from '../stage.ts'
import { freezesFor } from './freezes.ts'
import { termsFrom } from './terms.ts'
import { traceCoverage } from './trace-coverage.ts'

export const PolicyInForce = z.strictObject({
  card: GateCard,
  profile: Profile,
  action: z.string(),
  sources_required: z.int(),
  /** The card's own word; false overrules the catalogue. */
  backup_verified: z.boolean().nullable(),
  human_review_for_first_run: z.boolean(),
  spec: SpecReference,
})

export const ReadinessKnown = z.strictObject({
  policy_digest: Sha256,
  policy: PolicyInForce.nullable(),
  policy_problem: Blocker.nullable(),
  /** As they were stated; `factsAt` says which of them count. */
  facts: Facts,
  /** What the policy asks of Prometheus. */
  asks: Asks.default({}),
  answers: Answers.optional(),
  /** Over all sightings there are now: a source may have reported since normalize ran. */
  conflicts: z.array(Conflict),
  sources: z.array(SourceName),
  audit: z.strictObject({ coverage: z.number(), problem: z.string().nullable() }),
  /** Those whose scope covers this incident, whenever they are. */
  freezes: z.array(Freeze),
  /** Budgets with nothing left, as the commit found them; left out where it found none. */
  spent: z.array(Spent).optional(),
})
export type ReadinessKnown = z.infer<typeof ReadinessKnown>

export type PolicyInForce = z.infer<typeof PolicyInForce>

export const policyInForce = ({ card, profile, spec }: ClassPolicy): PolicyInForce => ({
  card: gateCard(card),
  profile,
  action: card.pre_approved_action,
  sources_required: card.sources_required,
  backup_verified: card.checks.backup_verified ?? null,
  human_review_for_first_run: card.checks.human_review_for_first_run === true,
  spec,
})

type Target = Pick<Incident, 'incident_class' | 'event'>

const termsOf = termsFrom(({ policy, blocker }, facts) => ({
  policy: policy && policyInForce(policy),
  policy_problem: blocker,
  facts,
  asks: policy?.card.facts ?? {},
}))

export const readinessKnown = ({ incident, trace, policies, answers, spent }: Snapshot): Loaded<ReadinessKnown> => {
  const terms = termsOf(policies, incident.incident_class, incident.event)
  const own = {
    ...(answers && { answers }),
    audit: traceCoverage(trace, incident),
    conflicts: incident.seen.conflicts,
    freezes: freezesFor(policies, incident),
    policy_digest: policies.digest,
    sources: incident.seen.sources,
    ...(spent && { spent }),
  }
  return { known: { ...terms.value, ...own }, own, terms }
}

export const readinessFromPolicies = (policies: PolicySet, incident: Target): Partial<ReadinessKnown> => ({
  ...termsOf(policies, incident.incident_class, incident.event).value,
  freezes: freezesFor(policies, incident),
  policy_digest: policies.digest,
})
