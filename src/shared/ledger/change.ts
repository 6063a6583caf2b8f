/** A change to one incident in the ledger, as the scripts take it: checked against the chain head, applied whole. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import { type Packed, packTogether } from './pack-arguments.ts'

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
  /** Fields of the incident record to set; with `mended` before all others no blocker holds it any longer. */
  fields: Readonly<Record<string, string>>
  /** Accounting counters to move. */
  counts: Readonly<Record<string, number>>
}

/** A change to an incident as it was read: its head is checked, and nothing is done but what `parts` names. */
export const changeTo = (
  { incident_id, head }: { incident_id: string; head: string },
  parts: Partial<LedgerChange>,
): LedgerChange => ({
  ...{ incident_id, expected_head: head, listed_at: null, repeats: 0 },
  ...{ unchanged: [], listed_under: [], records: [], fields: {}, counts: {} },
  ...parts,
})

/**
 * The record keeps under which keys it is listed, a field a change, named by the change's first record: from these alone
 * `prune.lua` knows what to take it off.
 */
const withListing = ({ fields, listed_under, records }: LedgerChange): Readonly<Record<string, string>> =>
  listed_under.length > 0 ? { ...fields, [`listed:${records[0]?.seq}`]: JSON.stringify(listed_under) } : fields

/** A change as `change.lua` reads it. */
export const packChange = (change: LedgerChange): Packed => {
  const { incident_id, expected_head, listed_at, repeats, unchanged, listed_under, records, counts } = change
  const to: (string | number)[] = [
    incident_id,
    expected_head === 'any' ? '*' : (expected_head ?? ''),
    listed_at ?? '',
    repeats,
  ]
  to.push(unchanged.length * 2)
  for (const { key, version } of unchanged) to.push(key, version)
  to.push(listed_under.length, ...listed_under)
  to.push(records.length)
  for (const record of records) to.push(JSON.stringify(record))
  for (const members of [withListing(change), counts]) {
    const names = Object.keys(members)
    to.push(names.length * 2)
    for (const name of names) to.push(name, members[name] ?? '')
  }
  return packTogether(to)
}
