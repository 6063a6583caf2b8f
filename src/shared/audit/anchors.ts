/** What signed checkpoints say of each incident, held against its chain of today, which may only have grown. Pure. */
import type { ChainEnd, Checkpoint } from '../contracts/checkpoint.ts'

/** One checkpoint's word on one incident. */
export interface Anchor extends Pick<ChainEnd, 'records' | 'head' | 'accepted_at'> {
  /** Of the checkpoint. */
  seq: number
  at: string
}

/** By incident, in the order of their checkpoints. In memory as a whole: one entry for each leaf of the file. */
export type Anchors = Map<string, Anchor[]>

export const addAnchors = (anchors: Anchors, { seq, at, heads }: Checkpoint): void => {
  for (const { incident_id, ...end } of heads) {
    const anchor = { seq, at, ...end }
    const known = anchors.get(incident_id)
    if (known) known.push(anchor)
    else anchors.set(incident_id, [anchor])
  }
}

const member = (record: unknown, name: 'hash' | 'at'): unknown =>
  typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined

const holds = ({ records, head }: Anchor, trace: readonly unknown[]): boolean =>
  member(trace[records - 1], 'hash') === head

export interface AnchorCheck {
  /** Those that the chain of today contradicts. */
  contradicted: Anchor[]
  /** They speak of an incident that the retention was allowed to remove; its id may be in use again. */
  expired: boolean
  /** How many records of the chain a checkpoint vouches for. */
  anchored: number
}

/**
 * Assumes that the chain itself is checked as well, so that a record's `hash` stands for all before it.
 *
 * An incident accepted before `expiredBefore` (RFC 3339) may be gone, whatever the retention counts from: it never ends
 * before that. Of several anchors the latest time of acceptance counts, so that nobody can make an incident look older
 * than it was when it was first signed. What is there instead must have begun after the checkpoint that speaks of it.
 */
export const checkAnchors = (
  anchors: readonly Anchor[],
  trace: readonly unknown[],
  expiredBefore: string | null,
): AnchorCheck => {
  const contradicted = anchors.filter((anchor) => !holds(anchor, trace))
  const anchored = Math.max(0, ...anchors.flatMap((anchor) => (contradicted.includes(anchor) ? [] : anchor.records)))
  const began = member(trace[0], 'at')
  const isGone = ({ at }: Anchor) => trace.length === 0 || (typeof began === 'string' && began > at)
  const expired =
    expiredBefore !== null &&
    contradicted.length > 0 &&
    contradicted.every((anchor) => anchor.accepted_at < expiredBefore && isGone(anchor))
  return { contradicted: expired ? [] : contradicted, expired, anchored }
}
