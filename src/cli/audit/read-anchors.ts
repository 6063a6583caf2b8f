/** Reads a checkpoint file for verification: what its signed checkpoints say, and everything wrong with the file itself. */
import type { KeyObject } from 'node:crypto'
import { type Anchors, addAnchors } from '../../shared/audit/anchors.ts'
import { checkpointProblem } from '../../shared/audit/checkpoint.ts'
import { afterCheckpoint, EMPTY_SERIES, placeProblem } from '../../shared/audit/checkpoint-series.ts'
import type { Finding } from '../../shared/audit/verify-traces.ts'
import { CommandError } from '../answer.ts'
import { entriesOf, entryProblem } from './checkpoint-file.ts'

export interface ReadAnchors {
  /** Only of checkpoints that one of the keys signed; these count wherever they stand. */
  anchors: Anchors
  checkpoints: number
  last: { seq: number; at: string } | null
  /** The last line is unfinished, as a crash of the writer leaves it. It is not counted. */
  torn: boolean
  broken: Finding[]
}

/**
 * `publicKeys` are by their id; checkpoints after `asOf` (RFC 3339; null: none) are checked and do not count. Throws
 * CommandError for a file of which nothing counts: it would prove nothing.
 */
export const readAnchors = async (
  file: string,
  publicKeys: ReadonlyMap<string, KeyObject>,
  asOf: string | null = null,
): Promise<ReadAnchors> => {
  const read: ReadAnchors = { anchors: new Map(), checkpoints: 0, last: null, torn: false, broken: [] }
  let series = EMPTY_SERIES
  for await (const entry of entriesOf(file, '--checkpoints')) {
    if ('torn' in entry) {
      read.torn = true
      break
    }
    const { line, checkpoint } = entry
    const note = (problem: string | null) =>
      read.broken.push({
        ...{ incident_id: null, record: null, checkpoint: checkpoint?.seq ?? null },
        problem: entryProblem(line, checkpoint, problem),
      })
    if (!checkpoint) {
      note(null)
      continue
    }
    const [place, proof] = [placeProblem(series, checkpoint), checkpointProblem(checkpoint, publicKeys)]
    for (const problem of [place, proof]) if (problem !== null) note(problem)
    const { key_id, replaced } = series
    series = afterCheckpoint(series, checkpoint)
    // What nobody signed replaces no key.
    if (proof !== null) series = { ...series, key_id, replaced }
    if (proof !== null || (asOf !== null && checkpoint.at > asOf)) continue
    addAnchors(read.anchors, checkpoint)
    read.checkpoints++
    read.last = { seq: checkpoint.seq, at: checkpoint.at }
  }
  if (read.checkpoints > 0 || read.broken.length > 0) return read
  const until = asOf === null ? '' : ` up to ${asOf}`
  throw new CommandError('invalid_input', `--checkpoints ${file} holds no checkpoint${until}, which proves nothing`)
}
