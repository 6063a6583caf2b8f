/** What people answered and ordered on an incident: who, why, when, and on which plan. From the trace alone. Pure. */
import type { AuditEvent, AuditRecord } from '../../shared/contracts/audit-record.ts'
import { code, mdTable, plain } from './markdown.ts'

const SAYS: Partial<Record<AuditEvent, string>> = {
  review_approved: 'approved',
  review_denied: 'denied',
  review_voided: 'approved, and void: it had changed',
  review_expired: 'expired: nobody answered in time',
  redriven: 'had it taken up again',
}

/** `reviewer:anna` and `operator:anna` are both anna. What no person did is named as it is. */
const who = ({ actor }: AuditRecord): string => actor.replace(/^(reviewer|operator):/, '')

const saidOf = ({ decision_diff }: AuditRecord, name: string): unknown => decision_diff[name]?.[1] ?? null

const changes = (record: AuditRecord): string => {
  const changed = saidOf(record, 'changed')
  return Array.isArray(changed) ? `; changed: ${changed.join('; ')}` : ''
}

const asked = (record: AuditRecord): string => {
  const digest = saidOf(record, 'plan_digest')
  return typeof digest === 'string' ? code(digest) : ''
}

/** Empty where nobody was asked and nobody did anything. */
export const answersTable = (trace: readonly AuditRecord[]): string[] => {
  const rows = trace.flatMap((record) => {
    const says = SAYS[record.event]
    if (says === undefined) return []
    const reason = saidOf(record, 'reason')
    return [
      [
        ...[record.at, plain(who(record)), `${says}${plain(changes(record))}`],
        ...[plain(typeof reason === 'string' ? reason : ''), asked(record)],
      ],
    ]
  })
  return rows.length === 0 ? [] : mdTable(['at', 'who', 'answer', 'reason', 'plan digest'], rows)
}
