/** Checks one incident's audit trace: numbering, links and hashes. Pure; the same check runs online and on an export. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import { GENESIS } from '../contracts/audit-record.ts'
import { recordHash } from './record.ts'

export interface ChainCheck {
  intact: boolean
  /** The first thing found wrong, with the record's number; null when intact. */
  problem: string | null
}

const broken = (problem: string): ChainCheck => ({ intact: false, problem })

/**
 * `expected` is the chain head stored beside the trace: with it a cut-off tail shows as well. Someone who holds the
 * whole store can rewrite both; against that an anchor outside the store is needed.
 */
export const verifyChain = (
  records: readonly AuditRecord[],
  expected?: { incident_id: string; head: string; records: number },
): ChainCheck => {
  try {
    return checkChain(records, expected)
  } catch (error) {
    return broken(`a record is not in the form of a record: ${(error as Error).message}`)
  }
}

const checkChain = (records: readonly AuditRecord[], expected: Parameters<typeof verifyChain>[1]): ChainCheck => {
  let prev = GENESIS
  const incidentId = expected?.incident_id ?? records[0]?.incident_id
  for (const [position, record] of records.entries()) {
    if (record.seq !== position) return broken(`record ${position} has seq ${record.seq}`)
    if (record.incident_id !== incidentId) return broken(`record ${position} belongs to ${record.incident_id}`)
    if (record.prev !== prev) return broken(`record ${position} does not follow record ${position - 1}`)
    if (recordHash(record) !== record.hash) return broken(`record ${position} was changed: its hash does not match`)
    prev = record.hash
  }
  if (expected && (records.length !== expected.records || prev !== expected.head))
    return broken(`the trace ends at record ${records.length - 1}, its head says ${expected.records - 1}`)
  return { intact: true, problem: null }
}
