/** A trace as the pipeline would have written it, and the checkpoint that lists where traces end. For tests. */
import { generateKeyPairSync } from 'node:crypto'
import { type AuditRecord, GENESIS } from '../contracts/audit-record.ts'
import type { ChainEnd, Checkpoint } from '../contracts/checkpoint.ts'
import { checkpointHash, keyId, signCheckpoint } from './checkpoint.ts'
import { chain, EMPTY_CHAIN, type RecordContent } from './record.ts'

export const ACCEPTED_AT = '2026-05-17T12:00:00.000Z'

const EVENTS = ['webhook_received', 'incident_event_normalized', 'readiness_evaluated', 'dry_run_evaluated'] as const

/** Of another `told`, everything in it is different but its length. */
export const traceOf = (incident_id: string, length: number, told = 'a', at = ACCEPTED_AT): AuditRecord[] => {
  const contents = Array.from(
    { length },
    (_, i): RecordContent => ({
      ...{ at, incident_id, event: EVENTS[i % EVENTS.length] ?? 'closed', stage: 'accept', actor: `test:${told}` },
      ...{ input_digest: GENESIS, output_digest: GENESIS, prompt_hash: GENESIS, policy_digest: null },
      decision_diff: {},
    }),
  )
  return chain(EMPTY_CHAIN, contents).records
}

export const endOf = (records: readonly AuditRecord[], accepted_at = ACCEPTED_AT): ChainEnd => {
  const last = records.at(-1)
  if (!last) throw new Error('an empty trace has no end')
  return { incident_id: last.incident_id, accepted_at, records: records.length, head: last.hash }
}

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
export const SIGNER = { publicKey, privateKey, publicKeys: new Map([[keyId(publicKey), publicKey]]) }

/** The checkpoint after `before`, a day later than that one. */
export const checkpointAfter = (before: Checkpoint | null, heads: ChainEnd[], { privateKey } = SIGNER): Checkpoint => {
  const seq = before ? before.seq + 1 : 0
  const at = new Date(Date.parse(ACCEPTED_AT) + (seq + 1) * 86_400_000).toISOString()
  return signCheckpoint({ seq, prev: before ? checkpointHash(before) : GENESIS, at, heads }, privateKey)
}
