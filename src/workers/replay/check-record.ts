/** What the incident record says as a whole, against what its trace, its sightings and its decisions say. */
import { verifyChain } from '../../shared/audit/verify-chain.ts'
import type { AuditEvent, AuditRecord } from '../../shared/contracts/audit-record.ts'
import { VerdictName } from '../../shared/contracts/incident.ts'
import type { Normalized } from '../../shared/contracts/normalized.ts'
import { merge } from '../../shared/incident/merge.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { verdictOf } from '../decide-stage.ts'
import { type Difference, differing } from './difference.ts'
import type { ReplayedStage } from './replay-stage.ts'

/** The events of verdicts that no stage gave. */
const ENDS: ReadonlySet<AuditEvent> = new Set([
  ...(['closed', 'dead_lettered', 'review_approved', 'review_denied', 'review_expired'] as const),
])

/** Whether the chain holds, and the record says what the last change of status in it says. */
export const checkTrace = ({ incident, trace }: StoredIncident): Difference[] => {
  const { problem } = verifyChain(trace, incident)
  const broken: Difference[] =
    problem === null ? [] : [{ stage: 'trace', member: 'chain', recorded: 'intact', replayed: problem }]
  const last = lastChange(trace)
  if (!last) return broken
  const { event, stage, at } = last
  const verdict = ENDS.has(event) ? VerdictName.safeParse(last.decision_diff.status?.[1]).data : undefined
  return [
    ...broken,
    ...differing('incident', 'status', incident.status, last.decision_diff.status?.[1]),
    ...(verdict ? differing('incident', 'verdict', incident.verdict, { verdict, stage, blockers: [], at }) : []),
  ]
}

const lastChange = (trace: readonly AuditRecord[]): AuditRecord | undefined =>
  trace.findLast(({ decision_diff }) => decision_diff.status !== undefined)

/** Whether the record says what its decisions, made again, come to. */
export const checkDecided = ({ incident, trace }: StoredIncident, stages: readonly ReplayedStage[]): Difference[] => {
  const differences: Difference[] = []
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
