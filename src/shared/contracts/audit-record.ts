/** One record of an incident's audit trace. Records are chained by hash, so that a change to one shows in all after it. */
import { z } from 'zod'
import { IncidentId, Sha256, Timestamp } from './identifiers.ts'

export const AuditEvent = z.enum([
  'webhook_received',
  'source_attached',
  'incident_event_normalized',
  'spec_resolved',
  'readiness_evaluated',
  'dry_run_evaluated',
  'review_requested',
  'review_approved',
  'review_denied',
  'review_expired',
  'review_voided',
  'kill_switch_blocked',
  'closed',
  'dead_lettered',
  'redriven',
])
export type AuditEvent = z.infer<typeof AuditEvent>

export const StageName = z.enum(['normalize', 'readiness', 'dry-run'])
export type StageName = z.infer<typeof StageName>

/** `prev` of the first record. */
export const GENESIS = '0'.repeat(64)

export const AuditRecord = z.strictObject({
  /** 0, 1, 2, … without gaps. */
  seq: z.int().min(0),
  at: Timestamp,
  incident_id: IncidentId,
  event: AuditEvent,
  /** `accept` and `review` are what came from outside, the sources' word and a person's. */
  stage: z.enum(['accept', ...StageName.options, 'review']),
  actor: z.string(),
  /** sha256 of the canonical JSON of what went in and came out. */
  input_digest: Sha256,
  output_digest: Sha256,
  /** What this decision changed against the one before: field -> [before, after]. */
  decision_diff: z.record(z.string(), z.tuple([z.unknown(), z.unknown()])),
  /** Digest of the full decision input: input, facts with ages, clock, policy digest and rule-set version. */
  prompt_hash: Sha256,
  policy_digest: Sha256.nullable(),
  prev: Sha256,
  hash: Sha256,
})
export type AuditRecord = z.infer<typeof AuditRecord>
