/** The ways to tamper with the checkpoint file, by somebody who has it and not the key. */
import type { KeyObject } from 'node:crypto'
import { checkpointHash, signCheckpoint } from '../../src/shared/audit/checkpoint.ts'
import type { Checkpoint } from '../../src/shared/contracts/checkpoint.ts'

export interface CheckpointTampering {
  kind: string
  /** `place` is any but the last one: to lose that is what a copy kept elsewhere is for. `ownKey` is the tamperer's. */
  tamper(checkpoints: readonly Checkpoint[], place: number, ownKey: KeyObject): Checkpoint[]
}

const at = (checkpoints: readonly Checkpoint[], place: number): Checkpoint => {
  const checkpoint = checkpoints[place]
  if (!checkpoint) throw new RangeError(`there is no checkpoint ${place}`)
  return checkpoint
}

/** As somebody would have it whose change to a chain must not show. */
const lie = (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  heads: checkpoint.heads.map((end, i) => (i === 0 ? { ...end, head: checkpoint.root } : end)),
})

const one = (kind: string, change: (checkpoint: Checkpoint, ownKey: KeyObject) => Checkpoint): CheckpointTampering => ({
  kind: `checkpoint: ${kind}`,
  tamper: (checkpoints, place, ownKey) => checkpoints.with(place, change(at(checkpoints, place), ownKey)),
})

export const CHECKPOINT_TAMPERINGS: readonly CheckpointTampering[] = [
  one('change a head', lie),
  one('change a head and the root', (checkpoint, ownKey) => {
    const { root } = signCheckpoint(lie(checkpoint), ownKey)
    return { ...lie(checkpoint), root }
  }),
  one('change its time', (checkpoint) => ({ ...checkpoint, at: '2020-01-01T00:00:00.000Z' })),
  one('change a head, sign with another key', (checkpoint, ownKey) => signCheckpoint(lie(checkpoint), ownKey)),
  one('change a head, sign with another key under the name of the real one', (checkpoint, ownKey) => ({
    ...signCheckpoint(lie(checkpoint), ownKey),
    key_id: checkpoint.key_id,
  })),
  {
    kind: 'checkpoint: sign all from there on with another key',
    tamper: (checkpoints, place, ownKey) => {
      const kept = checkpoints.slice(0, place)
      for (const checkpoint of checkpoints.slice(place)) {
        const before = kept.at(-1)
        const prev = before ? checkpointHash(before) : checkpoint.prev
        kept.push(signCheckpoint({ ...lie(checkpoint), prev }, ownKey))
      }
      return kept
    },
  },
  { kind: 'checkpoint: delete one', tamper: (checkpoints, place) => checkpoints.toSpliced(place, 1) },
  {
    kind: 'checkpoint: reorder two',
    tamper: (checkpoints, place) =>
      checkpoints.with(place, at(checkpoints, place + 1)).with(place + 1, at(checkpoints, place)),
  },
  {
    kind: 'checkpoint: repeat an older one at the end',
    tamper: (checkpoints, place) => [...checkpoints, at(checkpoints, place)],
  },
]
