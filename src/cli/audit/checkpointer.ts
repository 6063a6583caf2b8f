/** Finds the chains that have grown since they were last signed, and signs where they end now into a checkpoint file. */
import type { KeyObject } from 'node:crypto'
import { keyId, signCheckpoint } from '../../shared/audit/checkpoint.ts'
import type { ChainHead } from '../../shared/audit/record.ts'
import type { ChainEnd, Checkpoint } from '../../shared/contracts/checkpoint.ts'
import { CommandError } from '../answer.ts'
import { CheckpointFile } from './checkpoint-file.ts'

export interface Checkpointing {
  out: string
  privateKey: KeyObject
  /** A checkpoint is written as soon as so many new records were found, due or not. */
  everyRecords: number
  /** Where every chain of the installation ends now; null for one that cannot be read. */
  ends(): AsyncIterable<{ incident_id: string; end: ChainEnd | null }>
  now(): string
  onCheckpoint(checkpoint: Checkpoint, newRecords: number): void
  onProblem(incident_id: string, problem: string): void
}

export interface Checkpointer {
  /** Looks at every chain once. What has changed is signed when `due`, or when there is enough of it. */
  look(due: boolean): Promise<void>
  close(): Promise<void>
}

/** A chain as it was last signed, and the number of the look that saw it last. */
interface Signed extends ChainHead {
  look: number
}

const hasChanged = (end: ChainEnd, signed: Signed | undefined): boolean =>
  signed?.head !== end.head || signed.records !== end.records

/** What only tampering explains. It is told and signed all the same: the older checkpoint stands against it for good. */
const problemOf = (end: ChainEnd | null, signed: Signed | undefined): string | null => {
  if (!end) return 'its chain head cannot be read'
  if (!signed || end.records > signed.records || !hasChanged(end, signed)) return null
  return end.records < signed.records
    ? `it has ${end.records} records, and had ${signed.records} when it was signed`
    : `its record ${end.records - 1} is not the one that was signed`
}

export const openCheckpointer = async (to: Checkpointing): Promise<Checkpointer> => {
  const known = new Map<string, Signed>()
  const file = await CheckpointFile.open(to.out, ({ heads }) => {
    for (const { incident_id, records, head } of heads) known.set(incident_id, { records, head, look: 0 })
  })
  if (file.series.replaced.includes(keyId(to.privateKey))) {
    await file.close()
    throw new CommandError(
      'key_replaced',
      `--key: another key has followed this one in ${to.out}; sign with the newest`,
    )
  }

  const write = async (heads: ChainEnd[], newRecords: number, look: number): Promise<void> => {
    const checkpoint = signCheckpoint({ ...file.series.next, at: to.now(), heads }, to.privateKey)
    await file.append(checkpoint)
    for (const { incident_id, records, head } of heads) known.set(incident_id, { records, head, look })
    to.onCheckpoint(checkpoint, newRecords)
  }

  let looks = 0
  const look = async (due: boolean): Promise<void> => {
    const number = ++looks
    let [changed, newRecords]: [ChainEnd[], number] = [[], 0]
    for await (const { incident_id, end } of to.ends()) {
      const signed = known.get(incident_id)
      if (signed) signed.look = number
      const problem = problemOf(end, signed)
      if (problem !== null) to.onProblem(incident_id, problem)
      if (!end || !hasChanged(end, signed)) continue
      changed.push(end)
      newRecords += Math.max(1, end.records - (signed?.records ?? 0))
      if (newRecords < to.everyRecords) continue
      await write(changed, newRecords, number)
      ;[changed, newRecords] = [[], 0]
    }
    if (due && changed.length > 0) await write(changed, newRecords, number)
    // What is no longer in the ledger needs no room here: its checkpoints are in the file.
    for (const [incident_id, signed] of known) if (signed.look !== number) known.delete(incident_id)
  }
  return { look, close: () => file.close() }
}
