/** What the incident record says as a whole, against what its trace, its sightings and its decisions say. */
import { digest } from '../../shared/audit/digest.ts'
import { verifyChain } from '../../shared/audit/verify-chain.ts'
import type { AuditEvent, AuditRecord } from '../../shared/contracts/audit-record.ts'
import { type Incident, VerdictName } from '../../shared/contracts/incident.ts'
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { merge, sumUp } from '../../shared/incident/merge.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { verdictOf } from '../decide-stage.ts'
import { type Difference, differing } from './difference.ts'
import type { ReplayedStage } from './replay-stage.ts'
import { type SightingHistory, sightingsBefore } from './sightings.ts'

/** The events of verdicts that no stage gave. */
const ENDS: ReadonlySet<AuditEvent> = new Set([
  ...(['closed', 'dead_lettered', 'review_approved', 'review_denied', 'review_expired'] as const),
])

const endVerdict = (
  { verdict: recorded }: Incident,
  { event, stage, at, decision_diff, output_digest }: AuditRecord,
) => {
  // Voided by what a late source said: what it was told is not kept, but the digest of the verdict is.
  if (event === 'readiness_evaluated' && stage === 'accept')
    return differing('incident', 'verdict', digest(recorded), output_digest)
  const verdict = ENDS.has(event) ? VerdictName.safeParse(decision_diff.status?.[1]).data : undefined
  if (!verdict) return []
  const into = decision_diff.attached_to?.[1]
  return differing('incident', 'verdict', recorded, {
    ...{ verdict, stage, blockers: [], at },
    ...(into !== undefined && { attached_to: into }),
  })
}

/** Whether the chain holds, and the record says what the last change of status in it says, and when it began. */
export const checkTrace = ({ incident, trace }: StoredIncident): Difference[] => {
  const { problem } = verifyChain(trace, incident)
  const broken: Difference[] =
    problem === null ? [] : [{ stage: 'trace', member: 'chain', recorded: 'intact', replayed: problem }]
  const last = lastChange(trace)
  if (!last) return broken
  return [
    ...broken,
    ...differing('incident', 'accepted_at', incident.accepted_at, trace[0]?.at),
    ...differing('incident', 'status', incident.status, last.decision_diff.status?.[1]),
    ...endVerdict(incident, last),
  ]
}

const lastChange = (trace: readonly AuditRecord[]): AuditRecord | undefined =>
  trace.findLast(({ decision_diff }) => decision_diff.status !== undefined)

/** Whether a stage knew of its sources what they had said by then: it reads that summed up, apart from what they said. */
const checkKnown = ({ stage, seq, known }: ReplayedStage, history: SightingHistory): Difference[] => {
  const { sources, conflicts } = sumUp(sightingsBefore(history, seq))
  return Object.entries({ sources, conflicts }).flatMap(([name, value]) =>
    Object.hasOwn(known, name) ? differing(stage.name, `known.${name}`, known[name], value) : [],
  )
}

/** Whether the record says what its decisions, made again, come to. */
export const checkDecided = (
  { incident, trace }: StoredIncident,
  stages: readonly ReplayedStage[],
  history: SightingHistory,
): Difference[] => {
  const differences = differing('incident', 'seen', incident.seen, sumUp(incident.sightings))
  for (const stage of stages) differences.push(...checkKnown(stage, history))
  const normalized = stages.find(({ stage }) => stage.name === 'normalize')
  if (normalized) {
    const { incident_class } = normalized.decided.result.output as Normalized
    // What a source says later is merged in at once, so the event is always that of all sightings.
    const { event } = merge(incident.incident_id, incident.sightings)
    const stored = { event: incident.event, incident_class: incident.incident_class }
    differences.push(...differing('incident', '', stored, { event, incident_class }))
  }
  const last = lastChange(trace)
  const by = last && stages.find(({ stage }) => stage.name === last.stage)
  const verdict = by?.decided.result.events.includes(last?.event as AuditEvent)
    ? verdictOf(by.stage.name, by.decided)
    : null
  if (verdict) differences.push(...differing('incident', 'verdict', incident.verdict, verdict))
  return differences
}
