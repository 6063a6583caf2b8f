/** The policy folder once read: settings, the catalogue of services, and one policy per incident class. */
import { z } from 'zod'
import { ClassCard } from './card.ts'
import { Duration } from './duration.ts'
import { DatedFact, FactName, FactValue } from './facts.ts'
import { IncidentClass } from './identifiers.ts'
import { SpecReference } from './ready.ts'
import type { SourceMapping } from './source-mapping.ts'

/** Thresholds on the 25-point total. Moved in pairs, never alone, and only with a written reason. */
export const Profile = z
  .strictObject({
    auto: z.number().min(0).max(25),
    semi_manual: z.number().min(0).max(25),
    /** Threshold for stateful workloads, where it is higher than `auto`. */
    stateful_auto: z.number().min(0).max(25).optional(),
    reason: z.string().min(1, 'a profile states why its thresholds are what they are'),
  })
  .refine(({ auto, semi_manual }) => semi_manual <= auto, 'semi_manual must not be above auto')
  .refine(({ auto, stateful_auto }) => stateful_auto === undefined || stateful_auto >= auto, {
    message: 'stateful_auto must not be below auto',
  })
export type Profile = z.infer<typeof Profile>

/**
 * `global`, `service:<name>`, `namespace:<name>` or `class:<name>`. Of what an incident can be called: a name with another
 * letter that looks alike, or one that is not seen, would freeze nothing.
 */
const FreezeScope = z
  .string()
  .regex(
    /^(global|class:[a-z0-9][a-z0-9_-]{0,63}|(service|namespace):[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)$/,
    'a scope is global, service:<name>, namespace:<name> or class:<name>, in printable ASCII, a class in lower case',
  )

export const Freeze = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    scope: FreezeScope,
    reason: z.string().min(1),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'a freeze ends (to) after it begins (from)')
export type Freeze = z.infer<typeof Freeze>

/** How long a person has to answer (ms), and whether somebody else than who had the run taken up must. */
const Review = z.strictObject({
  expires_after: Duration.refine((ms) => ms > 0, 'a review needs some time: expires_after is above 0').default(
    1_800_000,
  ),
  four_eyes: z.boolean().default(true),
})

const Budget = z.strictObject({
  scope: z.enum(['service', 'namespace']),
  limit: z.int().min(0),
  window: Duration.refine((ms) => ms > 0, 'a budget has a window: above 0'),
})

/** In force where settings.yaml says nothing of budgets: no limit has to be asked for. */
const BUDGETS: z.infer<typeof Budget>[] = [
  { scope: 'service', limit: 3, window: 3_600_000 },
  { scope: 'namespace', limit: 10, window: 3_600_000 },
]

export const Settings = z.strictObject({
  profiles: z.record(z.string(), Profile).default({}),
  freezes: z.array(Freeze).default([]),
  budgets: z.array(Budget).default(BUDGETS),
  review: Review.prefault({}),
})
export type Settings = z.infer<typeof Settings>

/** A value that stands until it is taken back, or one that was true at a time and counts no longer than its `max_age`. */
const CatalogFacts = z
  .record(FactName, z.union([FactValue, DatedFact]))
  .refine((facts) => !('stateless' in facts), 'stateless is derived: state stateful instead')

/** No namespaces: the facts hold in every namespace of the service. */
export const Services = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({ namespaces: z.array(z.string()).default([]), facts: CatalogFacts.default({}) }),
  ),
})
export type Services = z.infer<typeof Services>

/** `not x`, `x`, or `x OP number`; evaluated against facts, an unknown fact is never met. */
export const Condition = z.union([
  z.strictObject({ text: z.string(), fact: FactName, kind: z.enum(['is_true', 'is_not_true']) }),
  z.strictObject({
    text: z.string(),
    fact: FactName,
    kind: z.literal('compares'),
    operator: z.enum(['==', '!=', '>=', '<=', '>', '<']),
    number: z.number(),
  }),
])
export type Condition = z.infer<typeof Condition>

/** One entry of `## Pre-approved actions` in a specify.md. */
export const PreApprovedAction = z.strictObject({
  action: z.string().min(1),
  radius_of_impact: z.enum(['pod', 'deployment', 'namespace', 'cluster']).optional(),
  requires: z.array(Condition),
})
export type PreApprovedAction = z.infer<typeof PreApprovedAction>

/** The two files of one incident class, parsed, with the digest that every decision on it records. */
export const ClassPolicy = z.object({
  incident_class: IncidentClass,
  card: ClassCard,
  profile: Profile,
  pre_approved: z.array(PreApprovedAction),
  spec: SpecReference,
})
export type ClassPolicy = z.infer<typeof ClassPolicy>

/**
 * One consistent reading of the whole policy folder. A class whose files do not validate is kept with its problem, so
 * that its incidents are blocked with the reason while the other classes go on.
 */
export interface PolicySet {
  /** sha256 over the text of every file read, recorded with every decision. */
  digest: string
  profiles: Record<string, Profile>
  freezes: Freeze[]
  budgets: Settings['budgets']
  review: Settings['review']
  services: Services['services']
  /** When the catalogue was last changed: the `as_of` of its facts, the same for every process that reads it. */
  stated_at: string
  /** Webhook sources of one's own, by the name of their file. */
  sources: ReadonlyMap<string, SourceMapping>
  classes: ReadonlyMap<string, ClassPolicy | { incident_class: string; problem: string }>
}
