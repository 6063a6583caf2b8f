/** An answer to a review, or none in time, as a ledger change: its record, the new state, and where it is counted. Pure. */
import { chain, contentDigests } from '../../shared/audit/record.ts'
import type { AuditEvent, StageName } from '../../shared/contracts/audit-record.ts'
import type { Incident, Verdict, VerdictName } from '../../shared/contracts/incident.ts'
import { changeTo, type LedgerChange } from '../../shared/ledger/change.ts'
import { toFields } from '../../shared/ledger/incident-fields.ts'

/** Where a review takes an incident: to a verdict, or back to a stage that decides anew. */
type After = Extract<VerdictName, 'dry_run_passed' | 'rejected' | 'expired'> | StageName

export interface Answer {
  event: Extract<AuditEvent, `review_${string}`>
  after: After
  /** RFC 3339 with milliseconds. */
  at: string
  /** `reviewer:<who>`, or the process that saw the time run out. */
  actor: string
  /** What was asked and answered, for the trace: field -> value. */
  said: Readonly<Record<string, unknown>>
  policy_digest: string | null
}

const STAGES: ReadonlySet<string> = new Set<StageName>(['normalize', 'readiness', 'dry-run'])

/** What was decided does not hold any more: the trace keeps its digests and what changed, and nobody is shown it again. */
const UNDECIDED = { 'decision:readiness': '', 'decision:dry-run': '' }

export const reviewChange = (incident: Incident, answer: Answer): LedgerChange => {
  const { incident_id, status, verdict: before } = incident
  const { event, after, at, actor, said, policy_digest } = answer
  const again = STAGES.has(after)
  const verdict: Verdict | null = again ? null : { verdict: after as VerdictName, stage: 'review', blockers: [], at }
  const asked = { status, verdict: before, decision: incident.decisions['dry-run']?.output_digest ?? null }
  const linked = chain(incident, [
    {
      at,
      incident_id,
      event,
      stage: 'review',
      actor,
      ...contentDigests(asked, verdict ?? { status: after }, { asked, said, at }),
      decision_diff: {
        status: [status, after],
        ...Object.fromEntries(Object.entries(said).map(([name, value]) => [name, [null, value]])),
      },
      policy_digest,
    },
  ])
  return changeTo(incident, {
    records: linked.records,
    fields: { ...toFields({ status: after, verdict, ...linked.head }), ...(after === 'readiness' && UNDECIDED) },
    counts: { [`verdict:${status}`]: -1, [again ? 'in_flight' : `verdict:${after}`]: 1 },
  })
}
