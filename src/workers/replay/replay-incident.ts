/**
 * Replays one incident: every decision is made again from what is stored, and compared with the store and with the audit
 * trace. Pure: what it reads is handed in, and it writes nothing.
 */
import { digest, sha256 } from '../../shared/audit/digest.ts'
import type { AuditEvent, AuditRecord, StageName } from '../../shared/contracts/audit-record.ts'
import { inOrder } from '../../shared/incident/merge.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import type { GivenInput } from '../decide-stage.ts'
import { PIPELINE, stageBefore } from '../pipeline.ts'
import { checkDecided, checkTrace } from './check-record.ts'
import type { Difference } from './difference.ts'
import { type ReplayedStage, replayStage } from './replay-stage.ts'
import { type SightingHistory, sightingHistory, sightingsBefore } from './sightings.ts'

export interface IncidentReplay {
  incident_id: string
  /** `other_rules`: decided under another version of the rules; any differences are those between the versions. */
  outcome: 'identical' | 'differs' | 'other_rules' | 'not_replayable'
  /** How many decisions were made again. */
  decisions: number
  /** Why something could not be made again, and which other rules it was decided under. */
  reasons: string[]
  differences: Difference[]
  stages: ReplayedStage[]
  history: SightingHistory
}

/** The event with which each stage says what it decided. */
const DECIDED: Readonly<Record<StageName, AuditEvent>> = {
  normalize: 'incident_event_normalized',
  readiness: 'readiness_evaluated',
  'dry-run': 'dry_run_evaluated',
}

/** The records of a stage's decision: they share the digest of all that it depended on. */
const recordsOfDecision = (stage: StageName, whole: readonly AuditRecord[]): AuditRecord[] => {
  // A review that was voided took back what came after normalize.
  const voided = stage === 'normalize' ? -1 : whole.findLastIndex(({ event }) => event === 'review_voided')
  const trace = whole.slice(voided + 1)
  const decisive = trace.findLast((record) => record.stage === stage && record.event === DECIDED[stage])
  return trace.filter((record) => record.stage === stage && record.prompt_hash === decisive?.prompt_hash)
}

/** The first stage's input was not stored apart: it is put together again, and the trace's digest proves it. */
const sightingsInput = (
  { incident: { incident_id } }: StoredIncident,
  history: SightingHistory,
  [record]: readonly AuditRecord[],
): { given: GivenInput; proven: boolean } => {
  const arrived = sightingsBefore(history, record?.seq ?? Number.POSITIVE_INFINITY)
  const inputs = [arrived, [...inOrder(arrived)]].map((sightings) => ({ incident_id, sightings }))
  const proven = inputs.find((input) => digest(input) === record?.input_digest)
  return { given: { input: proven ?? inputs[0], trusted: false }, proven: proven !== undefined }
}

const outputOf = ({ decisions }: StoredIncident, stage: StageName): GivenInput | null => {
  const text = decisions[stage]?.texts.output
  return text === undefined ? null : { input: JSON.parse(text), digest: sha256(text), trusted: false }
}

export const replayIncident = (stored: StoredIncident): IncidentReplay => {
  const { incident, trace, decisions } = stored
  const history = sightingHistory(stored)
  const [stages, reasons]: [ReplayedStage[], string[]] = [[], []]
  const [sealed, remade]: [Difference[], Difference[]] = [[...history.differences], []]
  let otherRules = false
  for (const stage of PIPELINE) {
    const { name } = stage
    const records = recordsOfDecision(name, trace)
    const decision = decisions[name]
    if (decision === undefined) {
      if (records.length > 0) reasons.push(`${name} decided by its audit record, and its decision is not stored`)
      continue
    }
    if (decision === null) {
      reasons.push(`the decision of ${name} is not in a form Interlock writes`)
      continue
    }
    const before = stageBefore(name)
    const first = before === null ? sightingsInput(stored, history, records) : null
    if (first && !first.proven && history.differences.length === 0)
      reasons.push(`the sightings that ${name} started from cannot be put together again from the trace`)
    const given = first?.given ?? (before && outputOf(stored, before))
    if (!given) {
      reasons.push(`${name} cannot be decided again: the output of ${before} is not stored`)
      continue
    }
    const replay = replayStage(stage, decision, records, given)
    sealed.push(...replay.sealed)
    remade.push(...replay.remade)
    if (replay.replayed) stages.push(replay.replayed)
    if (replay.problem !== null) reasons.push(replay.problem)
    if (replay.other_rules !== null) {
      otherRules = true
      reasons.push(`${name} was decided under version ${replay.other_rules} of the rules`)
    }
  }
  sealed.push(...checkTrace(stored))
  remade.push(...checkDecided(stored, stages, history))
  const differences = [...sealed, ...remade]
  const differs = sealed.length > 0 || (remade.length > 0 && !otherRules)
  const unable = stages.length < Object.keys(decisions).length || reasons.length > 0
  return {
    incident_id: incident.incident_id,
    outcome: differs ? 'differs' : otherRules ? 'other_rules' : unable ? 'not_replayable' : 'identical',
    decisions: stages.length,
    reasons,
    differences,
    stages,
    history,
  }
}
