/** How much of the audit trace that must exist by now does exist: what a live incident has instead of a card's number. */
import { verifyChain } from '../../shared/audit/verify-chain.ts'
import type { AuditEvent, AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { Incident } from '../../shared/contracts/incident.ts'

/** What every incident has recorded before readiness looks at it. */
const REQUIRED: readonly AuditEvent[] = ['webhook_received', 'incident_event_normalized']

/** `coverage` is from 0 to 1, and 0 for a chain that is broken anywhere; `problem` names what is wrong or missing. */
export const traceCoverage = (
  trace: readonly AuditRecord[],
  incident: Pick<Incident, 'incident_id' | 'head' | 'records'>,
): { coverage: number; problem: string | null } => {
  const { intact, problem } = verifyChain(trace, incident)
  if (!intact) return { coverage: 0, problem }
  const missing = REQUIRED.filter((event) => !trace.some((record) => record.event === event))
  return {
    coverage: (REQUIRED.length - missing.length) / REQUIRED.length,
    problem: missing.length === 0 ? null : `missing: ${missing.join(', ')}`,
  }
}
