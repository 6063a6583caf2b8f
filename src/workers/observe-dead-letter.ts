/** Counts an incident on which the pipeline gave up. Runs after its job failed for good, in which step it got that verdict. */
import type { StageName } from '../shared/contracts/audit-record.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { failureReason } from './failure-reason.ts'

/** `id` is none where the job was gone. The time it took stands in the record alone: where that cannot be read, no time counts. */
export const observeDeadLetter = async (
  queue: StageName,
  id: string | undefined,
  reason: ReturnType<typeof failureReason>,
  ledger: IncidentLedger,
  metrics: Metrics,
): Promise<void> => {
  metrics.jobsDeadLettered.inc({ queue, reason }, id)
  metrics.auditRecords.inc({ event: 'dead_lettered' })
  metrics.verdicts.inc({ verdict: 'dead_lettered' })
  const record = id === undefined ? null : await ledger.readRecord(id).catch(() => null)
  if (record?.verdict?.verdict !== 'dead_lettered') return
  const seconds = (Date.parse(record.verdict.at) - Date.parse(record.accepted_at)) / 1000
  metrics.e2eDuration.observe({ outcome: 'dead_lettered' }, Math.max(0, seconds), record.incident_id)
}
