/** Checks the traces of a whole installation: every chain by itself and, where there are checkpoints, against those. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import { type Anchor, type Anchors, checkAnchors } from './anchors.ts'
import type { ChainHead } from './record.ts'
import { chainProblems } from './verify-chain.ts'

/** One incident's trace as it was found in the ledger or in an export; nothing of it has been looked at yet. */
export interface StoredTrace {
  incident_id: string
  /** What is stored beside it; null where that is gone, undefined where none is kept. */
  head: ChainHead | null | undefined
  trace: readonly unknown[]
}

export interface Finding {
  /** null: it concerns the checkpoints themselves. */
  incident_id: string | null
  record: number | null
  /** The checkpoint that says so. */
  checkpoint: number | null
  problem: string
}

export interface Verified {
  incidents: number
  records: number
  /** Records that no checkpoint vouches for, as yet. */
  unanchored: number
  /** Incidents of the checkpoints that the retention was allowed to remove. */
  expired: number
  broken: Finding[]
}

const chainFindings = ({ incident_id, head, trace }: StoredTrace): Finding[] => {
  const records = trace as readonly AuditRecord[]
  const problems = chainProblems(records, head ? { incident_id, ...head } : undefined)
  if (head === null) problems.push({ record: null, problem: 'the incident is listed but its record is gone' })
  return problems.map((problem) => ({ incident_id, checkpoint: null, ...problem }))
}

const contradictionFinding = (incident_id: string, { seq, at, records }: Anchor, length: number): Finding => {
  const listed = `checkpoint ${seq} of ${at}`
  const finding = (record: number | null, problem: string) => ({ incident_id, record, checkpoint: seq, problem })
  if (length === 0) return finding(null, `the incident is gone, ${listed} lists it with ${records} records`)
  if (length < records) return finding(null, `the trace has ${length} records, ${listed} lists ${records}`)
  return finding(records - 1, `record ${records - 1} is not the one that ${listed} lists`)
}

/**
 * `expiredBefore` (RFC 3339): incidents accepted before it may be gone; null when none may. It is asked when an incident
 * is looked at, since the retention goes on meanwhile.
 */
export const verifyTraces = async (
  traces: AsyncIterable<StoredTrace>,
  anchors: Anchors = new Map(),
  expiredBefore: () => string | null = () => null,
): Promise<Verified> => {
  const verified: Verified = { incidents: 0, records: 0, unanchored: 0, expired: 0, broken: [] }
  const { broken } = verified
  const holdAgainstAnchors = (incident_id: string, trace: readonly unknown[]): void => {
    const { contradicted, expired, anchored } = checkAnchors(anchors.get(incident_id) ?? [], trace, expiredBefore())
    verified.unanchored += trace.length - anchored
    if (expired) verified.expired++
    // Of an incident that is gone the last word is enough.
    const named = trace.length === 0 ? contradicted.slice(-1) : contradicted
    broken.push(...named.map((anchor) => contradictionFinding(incident_id, anchor, trace.length)))
  }
  const seen = new Set<string>()
  for await (const stored of traces) {
    const { incident_id, trace } = stored
    verified.incidents++
    verified.records += trace.length
    broken.push(...chainFindings(stored))
    if (seen.has(incident_id))
      broken.push({ incident_id, record: null, checkpoint: null, problem: 'the incident is there twice' })
    seen.add(incident_id)
    holdAgainstAnchors(incident_id, trace)
  }
  for (const incident_id of anchors.keys()) if (!seen.has(incident_id)) holdAgainstAnchors(incident_id, [])
  return verified
}
