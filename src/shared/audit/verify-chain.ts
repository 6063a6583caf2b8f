/** Checks one incident's audit trace: numbering, links and hashes. Pure; the same check runs online and on an export. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import { GENESIS } from '../contracts/audit-record.ts'
import { recordHash } from './record.ts'

export interface ChainProblem {
  /** Its position in the trace; null for what concerns the trace as a whole. */
  record: number | null
  problem: string
}

export interface ChainCheck {
  intact: boolean
  /** The first thing found wrong, with the record's number; null when intact. */
  problem: string | null
}

interface Place {
  position: number
  incident_id: string | undefined
  /** Of the record before: what this one must continue. */
  seq: number
  prev: string
}

/** null for what has none: it may be anything, or nested too deep to be walked through. */
const hashOf = (record: AuditRecord): string | null => {
  try {
    return recordHash(record)
  } catch {
    return null
  }
}

const recordProblem = (record: AuditRecord, { position, incident_id, seq, prev }: Place): string | null => {
  const hash = hashOf(record)
  if (hash === null || typeof record !== 'object') return `record ${position} is not in the form of a record`
  if (record.seq !== seq) return `record ${position} has seq ${record.seq}, not ${seq}`
  if (record.incident_id !== incident_id) return `record ${position} belongs to ${record.incident_id}`
  if (record.prev !== prev) return `record ${position} does not follow record ${position - 1}`
  if (hash !== record.hash) return `record ${position} was changed: its hash does not match`
  return null
}

const endProblem = (count: number, last: string, { records, head }: { records: number; head: string }) => {
  if (count !== records) return `the trace has ${count} records, its head says ${records}`
  return last === head ? null : `record ${count - 1} is not the one its head names`
}

/**
 * Everything wrong with one trace. Each record is held against the one before it as it stands, so that a gap is named
 * where it is and not again for all that follow. `expected` is the chain head stored beside the trace: with it a cut-off tail
 * shows as well. Someone who holds the whole store can rewrite both; against that stand the checkpoints.
 */
export const chainProblems = (
  records: readonly AuditRecord[],
  expected?: { incident_id: string; head: string; records: number },
): ChainProblem[] => {
  const problems: ChainProblem[] = []
  const incident_id = expected?.incident_id ?? records[0]?.incident_id
  let [seq, prev] = [0, GENESIS]
  for (const [position, record] of records.entries()) {
    const problem = recordProblem(record, { position, incident_id, seq, prev })
    if (problem !== null) problems.push({ record: position, problem })
    seq = (record?.seq ?? seq) + 1
    prev = record?.hash
  }
  const problem = expected ? endProblem(records.length, prev, expected) : null
  return problem === null ? problems : [...problems, { record: null, problem }]
}

export const verifyChain = (...trace: Parameters<typeof chainProblems>): ChainCheck => {
  const [first] = chainProblems(...trace)
  return { intact: first === undefined, problem: first?.problem ?? null }
}
