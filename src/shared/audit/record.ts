/** Builds audit records: each is bound to the one before by its hash, so records are made in order from a chain head. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import { GENESIS } from '../contracts/audit-record.ts'
import { digest } from './digest.ts'

/** Where an incident's chain ends: the hash of its last record and how many there are. */
export interface ChainHead {
  head: string
  records: number
}

export const EMPTY_CHAIN: ChainHead = { head: GENESIS, records: 0 }

/** A record before it has its place in a chain. */
export type RecordContent = Omit<AuditRecord, 'seq' | 'prev' | 'hash'>

/** The digests of a record whose data is small enough not to be kept as canonical text. */
export const contentDigests = (input: unknown, output: unknown, prompt: unknown = input) => {
  const input_digest = digest(input)
  return {
    input_digest,
    output_digest: digest(output),
    prompt_hash: prompt === input ? input_digest : digest(prompt),
  }
}

/** sha256 over the canonical JSON of the record without `hash`. */
export const recordHash = ({ hash: _, ...content }: AuditRecord): string => digest(content)

/** Appends to a chain: returns the new records and the new head. */
export const chain = (
  at: ChainHead,
  contents: readonly RecordContent[],
): { records: AuditRecord[]; head: ChainHead } => {
  let { head, records: seq } = at
  const records = contents.map((content) => {
    // In canonical order, which makes its digest cheap.
    const record = {
      actor: content.actor,
      at: content.at,
      decision_diff: content.decision_diff,
      event: content.event,
      incident_id: content.incident_id,
      input_digest: content.input_digest,
      output_digest: content.output_digest,
      policy_digest: content.policy_digest,
      prev: head,
      prompt_hash: content.prompt_hash,
      seq: seq++,
      stage: content.stage,
    }
    head = digest(record)
    return { ...record, hash: head }
  })
  return { records, head: { head, records: seq } }
}
