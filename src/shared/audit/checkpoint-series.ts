/** Follows the checkpoints of a file: none is missing between two, none moved, and no key signs after its successor. */
import { GENESIS } from '../contracts/audit-record.ts'
import type { Checkpoint } from '../contracts/checkpoint.ts'
import { checkpointHash } from './checkpoint.ts'

/** Where a series has come to. */
export interface Series {
  /** What the next checkpoint must say of itself. */
  next: { seq: number; prev: string }
  key_id: string | null
  /** Keys that another one has followed. */
  replaced: readonly string[]
}

export const EMPTY_SERIES: Series = { next: { seq: 0, prev: GENESIS }, key_id: null, replaced: [] }

/** Why this checkpoint cannot stand here, as what is said of it; null when it can. */
export const placeProblem = ({ next, replaced }: Series, { seq, prev, key_id }: Checkpoint): string | null => {
  if (seq !== next.seq) return `stands where checkpoint ${next.seq} belongs`
  if (prev !== next.prev) return 'does not follow the one before it, which was changed or replaced'
  return replaced.includes(key_id) ? `is signed with key ${key_id}, which had been replaced before` : null
}

export const afterCheckpoint = (series: Series, checkpoint: Checkpoint): Series => {
  const { key_id, replaced } = series
  const rotated = key_id !== null && key_id !== checkpoint.key_id && !replaced.includes(key_id)
  return {
    next: { seq: checkpoint.seq + 1, prev: checkpointHash(checkpoint) },
    key_id: checkpoint.key_id,
    replaced: rotated ? [...replaced, key_id] : replaced,
  }
}
