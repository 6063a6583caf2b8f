/** How accepting ends an incident: closed, since a source says that it is over, or blocked, since sources contradict each other. */
import type { RecordContent } from '../shared/audit/record.ts'
import type { Blocker } from '../shared/contracts/blocker.ts'
import type { Incident, IncidentStatus, Verdict } from '../shared/contracts/incident.ts'
import { describeConflicts } from '../shared/contracts/normalized.ts'
import { conflictsOf } from '../shared/incident/merge.ts'
import type { Ended, Told } from './step.ts'
import { recordsOf } from './step-records.ts'

/** An end with its record, and where the incident is counted from now on. */
export interface Ending {
  ended: Ended
  records: RecordContent[]
  fields: { status: IncidentStatus; verdict: Verdict }
  counts: Record<string, number>
}

type Ends = Pick<Incident, 'incident_id' | 'accepted_at' | 'status' | 'verdict'>

/** From where the incident was counted to where it is counted now. */
const moved = ({ status, verdict }: Ends, to: Verdict['verdict']): Record<string, number> =>
  status === to ? {} : { [verdict ? `verdict:${status}` : 'in_flight']: -1, [`verdict:${to}`]: 1 }

/** `into`: the incident it turned out to be part of, where that is why. */
export const closing = (incident: Ends, told: Told, into: string | null = null): Ending => {
  const { incident_id, accepted_at, status: from } = incident
  const verdict: Verdict = {
    ...{ verdict: 'closed', stage: 'accept', blockers: [], at: told.at },
    ...(into && { attached_to: into }),
  }
  const decision_diff = {
    status: [from, 'closed'] as [unknown, unknown],
    ...(into && { attached_to: [null, into] as [unknown, unknown] }),
  }
  return {
    ended: { incident_id, from, accepted_at, verdict },
    records: recordsOf(incident_id, told, [{ event: 'closed', decision_diff }]),
    fields: { status: 'closed', verdict },
    counts: moved(incident, 'closed'),
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
    counts: moved(incident, 'blocked'),
  }
}
