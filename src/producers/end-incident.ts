/** How accepting ends an incident: closed, since a source says that it is over, or blocked, since sources contradict each other. */
import type { RecordContent } from '../shared/audit/record.ts'
import type { Blocker } from '../shared/contracts/blocker.ts'
import type { Incident, IncidentStatus, Verdict } from '../shared/contracts/incident.ts'
import { describeConflicts } from '../shared/contracts/normalized.ts'
import { conflictsOf } from '../shared/incident/merge.ts'
import { recordsOf, type Told } from './step-records.ts'

/** A verdict that accepting gave, for logs and metrics. */
export interface Ended {
  incident_id: string
  /** What it was before; null for an incident that was over when it was first told of. */
  from: IncidentStatus | null
  accepted_at: string
  verdict: Verdict
}

/** An end with its record, and where the incident is counted from now on. */
export interface Ending {
  ended: Ended
  records: RecordContent[]
  fields: { status: IncidentStatus; verdict: Verdict }
  counts: Record<string, number>
}

type Ends = Pick<Incident, 'incident_id' | 'accepted_at' | 'status' | 'verdict'>

/** Where an incident of this status is counted. */
const counter = ({ status, verdict }: Ends) => (verdict ? `verdict:${status}` : 'in_flight')

export const closing = (incident: Ends, told: Told): Ending => {
  const { incident_id, accepted_at, status: from } = incident
  const verdict: Verdict = { verdict: 'closed', stage: 'accept', blockers: [], at: told.at }
  return {
    ended: { incident_id, from, accepted_at, verdict },
    records: recordsOf(incident_id, told, [{ event: 'closed', decision_diff: { status: [from, 'closed'] } }]),
    fields: { status: 'closed', verdict },
    counts: { [counter(incident)]: -1, 'verdict:closed': 1 },
  }
}

/** Verdicts that let somebody go on. Nobody acts on the others, so they stand whatever comes later. */
const VOIDABLE: ReadonlySet<IncidentStatus> = new Set(['dry_run_passed', 'awaiting_review', 'semi_manual'])

/**
 * The end of a verdict that does not hold any more: the sources as they are now name different targets. Null where it
 * holds. In flight the stages ask themselves. The record is the one of readiness, whose rule this is, written by `accept`.
 */
export const voiding = (incident: Ends, sightings: Incident['sightings'], told: Told): Ending | null => {
  const { incident_id, accepted_at, status: from } = incident
  const message = VOIDABLE.has(from) ? describeConflicts(conflictsOf(sightings)) : null
  if (message === null) return null
  const blockers: Blocker[] = [{ code: 'source_conflict', message }]
  const verdict: Verdict = { verdict: 'blocked', stage: 'accept', blockers, at: told.at }
  const decision_diff = {
    status: [from, 'blocked'] as [unknown, unknown],
    blockers: [[], blockers.map(({ code }) => code)] as [unknown, unknown],
  }
  return {
    ended: { incident_id, from, accepted_at, verdict },
    records: recordsOf(incident_id, told, [{ event: 'readiness_evaluated', decision_diff }], verdict),
    fields: { status: 'blocked', verdict },
    counts: { [counter(incident)]: -1, 'verdict:blocked': 1 },
  }
}
