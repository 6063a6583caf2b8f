/** A signed checkpoint: where the audit chains that had changed ended at one time. One line of a checkpoint file. */
import { z } from 'zod'
import { IncidentId, Sha256, Timestamp } from './identifiers.ts'

/** One leaf of the tree: the incident's chain had `records` records, and `head` was the hash of the last one. */
export const ChainEnd = z.strictObject({
  incident_id: IncidentId,
  accepted_at: Timestamp,
  records: z.int().min(1),
  head: Sha256,
})
export type ChainEnd = z.infer<typeof ChainEnd>

export const Checkpoint = z.strictObject({
  version: z.literal(1),
  /** 0, 1, 2, … without gaps. */
  seq: z.int().min(0),
  at: Timestamp,
  /** How many leaves the tree has. */
  incidents: z.int().min(1),
  /** Root of the Merkle tree (RFC 6962) over the canonical JSON of each of `heads`, in their order. */
  root: Sha256,
  /** sha256 of the canonical JSON of the checkpoint before without its `heads`; zeros for the first one. */
  prev: Sha256,
  /** sha256 of the public key in DER form (SubjectPublicKeyInfo). */
  key_id: Sha256,
  /** Ed25519 in base64, over the canonical JSON of all of this but `heads`, to which `root` binds it, and itself. */
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'an Ed25519 signature is 64 bytes in base64'),
  heads: z.array(ChainEnd).min(1),
})
export type Checkpoint = z.infer<typeof Checkpoint>
