/** The readiness card: five scores by a person against artefacts, and the checks that go with them. */
import { z } from 'zod'
import { Duration } from './duration.ts'
import { FactName, Instant } from './facts.ts'
import { IncidentClass, IncidentId } from './identifiers.ts'
import { AskedFact } from './live-facts.ts'

export const AXES = ['spec', 'implementation', 'verification', 'process', 'security'] as const
export type Axis = (typeof AXES)[number]

const Score = z.number().min(0, 'a score is between 0 and 5').max(5, 'a score is between 0 and 5')

/** Either the number alone (course cards) or with its evidence, when that was looked at and, below 5, what is missing. */
const ScoreEntry = z.union([
  Score,
  z.strictObject({
    score: Score,
    evidence: z.array(z.string()).default([]),
    as_of: Instant.optional(),
    reduction: z.string().optional(),
  }),
])

/** Width of what an action can touch, narrowest first. */
export const Radius = z.enum(['pod', 'deployment', 'namespace', 'cluster'])
export type Radius = z.infer<typeof Radius>

/** `radius_of_impact` and `dry_run_verified` may stand here or at the top level; different values in both are invalid. */
const Checks = z.strictObject({
  audit_trace_coverage: z.unknown().optional(),
  backup_verified: z.boolean().optional(),
  rollback_condition_present: z.boolean().optional(),
  blast_radius_known: z.boolean().optional(),
  radius_of_impact: Radius.optional(),
  dry_run_verified: z.boolean().optional(),
  human_review_for_first_run: z.boolean().optional(),
})

const cardFields = {
  scores: z.strictObject({
    spec: ScoreEntry.optional(),
    implementation: ScoreEntry.optional(),
    verification: ScoreEntry.optional(),
    process: ScoreEntry.optional(),
    security: ScoreEntry.optional(),
  }),
  checks: Checks.default({}),
  radius_of_impact: Radius.optional(),
  dry_run_verified: z.boolean().optional(),
  pre_approved_action: z.string().min(1),
}

const agree = (card: { radius_of_impact?: unknown; dry_run_verified?: unknown; checks: z.infer<typeof Checks> }) =>
  (['radius_of_impact', 'dry_run_verified'] as const).every(
    (key) => card[key] === undefined || card.checks[key] === undefined || card[key] === card.checks[key],
  )
const AGREE = 'radius_of_impact and dry_run_verified must not differ between the top level and checks'

/** A card as handed to `interlock readiness`: one incident, with its own word on state and audit coverage. */
export const IncidentCard = z
  .strictObject({ incident_id: IncidentId, stateful: z.boolean().optional(), ...cardFields })
  .refine(agree, AGREE)
export type IncidentCard = z.infer<typeof IncidentCard>

/** `policies/<class>/readiness.yaml`: the card of a class, without anything only an incident can know. Durations in ms. */
export const ClassCard = z
  .strictObject({
    incident_class: IncidentClass,
    prefix: z.string().regex(/^[A-Z]{2,8}$/, 'a prefix is two to eight capital letters, e.g. HM'),
    profile: z.string().min(1).default('default'),
    ...cardFields,
    sources_required: z.int().min(1).default(1),
    correlation_window: Duration.default(60_000),
    repeat_window: Duration.default(900_000),
    facts: z
      .record(FactName, AskedFact)
      .refine((facts) => !('stateless' in facts), 'stateless is derived: ask for stateful instead')
      .default({}),
  })
  .refine(agree, AGREE)
export type ClassCard = z.infer<typeof ClassCard>
