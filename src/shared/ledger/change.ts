/** A change to one incident in the ledger, as the scripts take it: checked against the chain head, applied whole. */
import type { AuditRecord } from '../contracts/audit-record.ts'

export interface LedgerChange {
  incident_id: string
  /** Chain head this change was computed from; null when the incident must not exist yet; 'any' for mere counting. */
  expected_head: string | null | 'any'
  /** When a new incident was accepted (ms); null when it is listed already. */
  listed_at: number | null
  /** Repeats to count on the incident. */
  repeats: number
  /** Correlation keys that must still be as they were when this change was decided. */
  unchanged: readonly { key: string; version: number }[]
  /** Correlation keys to list it under. */
  listed_under: readonly string[]
  records: readonly AuditRecord[]
  /** Fields of the incident record to set. */
  fields: Readonly<Record<string, string>>
  /** Accounting counters to move. */
  counts: Readonly<Record<string, number>>
}

const list = (items: readonly (string | number)[]) => [items.length, ...items]

/** A change as `change.lua` reads it. */
export const changeArguments = (change: LedgerChange): (string | number)[] => [
  change.incident_id,
  change.expected_head === 'any' ? '*' : (change.expected_head ?? ''),
  change.listed_at ?? '',
  change.repeats,
  ...list(change.unchanged.flatMap(({ key, version }) => [key, version])),
  ...list(change.listed_under),
  ...list(change.records.map((record) => JSON.stringify(record))),
  ...list(Object.entries(change.fields).flat()),
  ...list(Object.entries(change.counts).flat()),
]
