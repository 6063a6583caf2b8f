/** Merkle tree root as RFC 6962 section 2.1 defines it: a leaf can never be passed off as a node, nor a node as a leaf. */
import { createHash, hash } from 'node:crypto'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

const leafHash = (leaf: string): Buffer => createHash('sha256').update(LEAF).update(leaf).digest()
const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(NODE).update(left).update(right).digest()

/** 64 hex digits. Level by level with an odd last one carried up, which is the tree that the RFC splits from the top. */
export const merkleRoot = (leaves: readonly string[]): string => {
  let level = leaves.map(leafHash)
  while (level.length > 1) {
    const above: Buffer[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Buffer, level[i + 1]]
      above.push(right ? nodeHash(left, right) : left)
    }
    level = above
  }
  return level[0]?.toString('hex') ?? hash('sha256', '', 'hex')
}
