/** Signs checkpoints over chain heads, and checks one by itself. Pure: Ed25519 gives the same signature every time. */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { ChainEnd, Checkpoint } from '../contracts/checkpoint.ts'
import { canonicalJson, digest, sha256 } from './digest.ts'
import { merkleRoot } from './merkle.ts'

/** Takes a private key as well: its id is that of its public half. */
export const keyId = (key: KeyObject): string => {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return sha256(publicKey.export({ type: 'spki', format: 'der' }))
}

const rootOf = (heads: readonly ChainEnd[]): string => merkleRoot(heads.map(canonicalJson))

type Header = Omit<Checkpoint, 'heads' | 'signature'>

/** All that is signed: the heads are bound by `root`. */
const signedBytes = ({ version, seq, at, incidents, root, prev, key_id }: Header): Buffer =>
  Buffer.from(canonicalJson({ version, seq, at, incidents, root, prev, key_id }))

export const signCheckpoint = (
  { seq, prev, at, heads }: Pick<Checkpoint, 'seq' | 'prev' | 'at' | 'heads'>,
  privateKey: KeyObject,
): Checkpoint => {
  const root = rootOf(heads)
  const header: Header = { version: 1, seq, at, incidents: heads.length, root, prev, key_id: keyId(privateKey) }
  return { ...header, signature: sign(null, signedBytes(header), privateKey).toString('base64'), heads: [...heads] }
}

/** What the next checkpoint carries as `prev`. */
export const checkpointHash = ({ heads: _, ...header }: Checkpoint): string => digest(header)

/** Why what it lists cannot be believed, as what is said of it; null when one of the keys signed it. `publicKeys` are by their id. */
export const checkpointProblem = (
  checkpoint: Checkpoint,
  publicKeys: ReadonlyMap<string, KeyObject>,
): string | null => {
  const key = publicKeys.get(checkpoint.key_id)
  if (!key) return `is signed with key ${checkpoint.key_id}, which is not among the public keys given`
  if (!verify(null, signedBytes(checkpoint), key, Buffer.from(checkpoint.signature, 'base64')))
    return 'was changed: its signature does not match'
  return headsProblem(checkpoint)
}

/** Why `heads` are not those that were signed, as anybody can see without a key. */
export const headsProblem = ({ heads, incidents, root }: Checkpoint): string | null =>
  heads.length === incidents && rootOf(heads) === root ? null : 'was changed: its heads do not give its root'
