/** The end of an incident on which the pipeline itself failed: a verdict with its reason, in the same step as the failure. */
import { chain, contentDigests } from '../shared/audit/record.ts'
import type { StageName } from '../shared/contracts/audit-record.ts'
import type { Verdict } from '../shared/contracts/incident.ts'
import { JobData } from '../shared/contracts/job.ts'
import { changeTo, type LedgerChange, packChange } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import { onlyUnreadable } from '../shared/ledger/incident-unreadable.ts'
import type { DeadLetter } from '../shared/queue/handoff.ts'
import type { StageContext } from './run-stage.ts'

/** Null when the job names no incident or the incident no longer waits for this stage: then only the job fails. */
export const deadLetterChange = async (
  stage: StageName,
  { ledger, now, actor }: StageContext,
  jobData: unknown,
  reason: string,
): Promise<LedgerChange | null> => {
  const data = JobData.safeParse(jobData)
  if (!data.success) return null
  const { incident_id } = data.data
  // What nobody can read cannot be ended, and its job must still fail instead of coming back for ever.
  const read = await ledger.read(incident_id).catch(onlyUnreadable)
  if (read?.incident.status !== stage) return null
  const at = now()
  const verdict: Verdict = { verdict: 'dead_lettered', stage, blockers: [], at }
  const linked = chain(read.incident, [
    {
      at,
      incident_id,
      event: 'dead_lettered',
      stage,
      actor,
      ...contentDigests(jobData, verdict, { stage, reason }),
      decision_diff: { status: [stage, 'dead_lettered'], reason: [null, reason] },
      policy_digest: null,
    },
  ])
  return changeTo(read.incident, {
    records: linked.records,
    fields: toFields({ status: 'dead_lettered', verdict, ...linked.head }),
    counts: { in_flight: -1, 'verdict:dead_lettered': 1 },
  })
}

/** For the hand-off: the same step in which the job fails. */
export const deadLetter =
  (stage: StageName, context: StageContext): DeadLetter =>
  async (jobData, reason) => {
    const change = await deadLetterChange(stage, context, jobData, reason)
    if (!change) return null
    // No scopes: nothing passes by it, and the job has failed whatever is stopped.
    return {
      incident_id: change.incident_id,
      next: null,
      terms: null,
      scopes: [],
      shares: '',
      change: packChange(change),
    }
  }
