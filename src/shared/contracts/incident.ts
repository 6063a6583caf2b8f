/** The incident record: what the ledger holds about one incident beside its audit trace. */
import { z } from 'zod'
import type { Sighting } from './alert.ts'
import { StageName } from './audit-record.ts'
import { Blocker } from './blocker.ts'
import { IncidentClass, IncidentId, Sha256, Timestamp } from './identifiers.ts'
import type { IncidentEvent } from './incident-event.ts'
import type { Normalized } from './normalized.ts'

export const VerdictName = z.enum([
  'dry_run_passed',
  'awaiting_review',
  'semi_manual',
  'blocked',
  'closed',
  'rejected',
  'expired',
  'dead_lettered',
])
export type VerdictName = z.infer<typeof VerdictName>

/**
 * What lies inside the record was written by this program alone: a stage that starts from it checks it by digest or parses
 * it whole, so here it is only known to be an object.
 */
const stored = <Value extends object>() => z.custom<Value>((value) => typeof value === 'object' && value !== null)

/** In flight: the stage it waits for or is in. Ended: its verdict. */
export const IncidentStatus = z.enum([...StageName.options, ...VerdictName.options])
export type IncidentStatus = z.infer<typeof IncidentStatus>

export const Verdict = z.strictObject({
  verdict: VerdictName,
  stage: z.enum(['accept', ...StageName.options, 'review']),
  blockers: z.array(Blocker),
  at: Timestamp,
  /** Set where it was closed because it turned out to be part of this incident. */
  attached_to: IncidentId.optional(),
})
export type Verdict = z.infer<typeof Verdict>

/**
 * A recorded decision: its result and everything it depended on beside its input, so that replay is a pure function.
 * Its input is the output of the stage before; the first stage's are the sightings, as they fired.
 * `outcome` is `next` when the following stage was enqueued, `stop` when the incident ended here.
 */
export const RecordedDecision = z.object({
  outcome: z.enum(['next', 'stop']),
  /** What the stage knew beside its input: facts with source and age, the card, the policy. Left out for a stage's own read. */
  known: z.unknown().optional(),
  now: Timestamp,
  policy_digest: Sha256.nullable(),
  /** Names the part of `known` that is kept once for many decisions; null where all of it is the incident's own. */
  terms_digest: Sha256.nullable(),
  rules_version: z.string(),
  output: z.unknown(),
  /** sha256 of the output as it is stored; the audit trace must say the same. */
  output_digest: Sha256,
})
export type RecordedDecision = z.infer<typeof RecordedDecision>

/** What all sightings come to, for a stage that has no other use for them. */
export interface Seen extends Pick<Normalized, 'sources' | 'conflicts'> {
  /** Every service and class that a source named. */
  services: string[]
  classes: string[]
}

export const Incident = z.object({
  incident_id: IncidentId,
  incident_class: IncidentClass,
  status: IncidentStatus,
  accepted_at: Timestamp,
  /** In a stable order: metric source first. Left out for a stage that has no use for them. */
  sightings: z.array(stored<Sighting>()),
  seen: stored<Seen>(),
  /** Repeats that were counted and changed nothing. */
  duplicates: z.int().min(0),
  event: stored<IncidentEvent>().nullable(),
  decisions: z.partialRecord(StageName, stored<RecordedDecision>()),
  verdict: stored<Verdict>().nullable(),
  /** Chain head: hash and number of records. */
  head: Sha256,
  records: z.int().min(0),
})
export type Incident = z.infer<typeof Incident>
