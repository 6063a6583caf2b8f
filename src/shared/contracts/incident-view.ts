/** An incident as the API and the command line show it. */
import { z } from 'zod'
import { Sighting, SourceName } from './alert.ts'
import { AuditRecord } from './audit-record.ts'
import { BlockerCode } from './blocker.ts'
import { DryRunResult } from './dry-run-result.ts'
import { FactName, Facts } from './facts.ts'
import { FlipStep } from './flip.ts'
import { IncidentClass, IncidentId, Timestamp } from './identifiers.ts'
import { IncidentStatus, Verdict } from './incident.ts'
import { IncidentEvent } from './incident-event.ts'
import { Normalized } from './normalized.ts'
import { CardScores, Judgement } from './ready.ts'

/** What one source said, and which delivery brought it. */
const SourceView = Sighting.pick({
  source: true,
  source_key: true,
  status: true,
  source_ref: true,
  starts_at: true,
  ends_at: true,
  severity: true,
}).extend({ ...Sighting.shape.delivery.pick({ received_at: true, body_sha256: true }).shape })

const Known = {
  facts: Facts.describe('what was known of the target when it was decided'),
  unknown: z.record(FactName, z.string()).describe('why a fact was not known; unknown never counts as pass'),
}

export const IncidentView = z.strictObject({
  incident_id: IncidentId,
  incident_class: IncidentClass,
  status: IncidentStatus.describe('in flight: the stage it waits for or is in. Ended: its verdict'),
  accepted_at: Timestamp,
  event: IncidentEvent.nullable().describe('null until normalize has decided'),
  sources: z.array(SourceView),
  duplicates: z.int().min(0).describe('repeats that changed nothing, besides those that the door knew by their bytes'),
  stages: z
    .strictObject({
      normalize: Normalized.extend({ outcome: z.literal('ok') }),
      readiness: Judgement.extend({ ...Known, scores: CardScores }),
      'dry-run': DryRunResult.extend(Known),
    })
    .partial()
    .describe('what each stage came to; one that has not decided is left out'),
  verdict: Verdict.nullable(),
  flip: z.array(FlipStep).describe('what would turn round what no stage decided: a stop, a late source'),
})
export type IncidentView = z.infer<typeof IncidentView>

export const IncidentSummary = z.strictObject({
  incident_id: IncidentId,
  incident_class: IncidentClass,
  service: z.string(),
  status: IncidentStatus,
  accepted_at: Timestamp,
  sources: z.array(SourceName),
  blockers: z.array(BlockerCode),
})
export type IncidentSummary = z.infer<typeof IncidentSummary>

export const IncidentList = z.strictObject({
  incidents: z.array(IncidentSummary).describe('newest first'),
  next_cursor: z.string().nullable().describe('cursor of the next page; null after the last'),
})

export const Trace = z.strictObject({ records: z.array(AuditRecord).describe('in order, chained by hash') })
