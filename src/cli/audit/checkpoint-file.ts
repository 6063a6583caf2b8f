/** The checkpoint file: one checkpoint a line, only ever appended to, each line whole and on disk or not there at all. */
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { headsProblem } from '../../shared/audit/checkpoint.ts'
import { afterCheckpoint, EMPTY_SERIES, placeProblem, type Series } from '../../shared/audit/checkpoint-series.ts'
import { Checkpoint } from '../../shared/contracts/checkpoint.ts'
import { CommandError } from '../answer.ts'
import { unwritable } from '../unwritable.ts'
import { linesOf } from './lines.ts'

const parse = (text: string): Checkpoint | null => {
  try {
    return Checkpoint.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** One line of the file: a checkpoint, something else (null), or the unfinished end that a crash leaves behind. */
export type Entry = { line: number; end: number } & ({ checkpoint: Checkpoint | null } | { torn: true })

export async function* entriesOf(file: string, option: string): AsyncGenerator<Entry> {
  for await (const { text, number: line, end, whole } of linesOf(file, option))
    yield whole ? { line, end, checkpoint: parse(text) } : { line, end, torn: true }
}

/** What is wrong with a line, for a person. */
export const entryProblem = (line: number, checkpoint: Checkpoint | null, problem: string | null): string =>
  checkpoint ? `line ${line}: checkpoint ${checkpoint.seq} ${problem}` : `line ${line} is not a checkpoint`

const openToAppend = async (file: string): Promise<FileHandle> => {
  try {
    const handle = await open(file, 'a')
    // A new file is there after a crash only once its folder knows of it.
    const folder = await open(dirname(file))
    await folder.sync().finally(() => folder.close())
    return handle
  } catch (error) {
    throw unwritable(file, error as Error)
  }
}

export class CheckpointFile {
  readonly #file: string
  readonly #handle: FileHandle
  #end = 0
  #series = EMPTY_SERIES

  private constructor(file: string, handle: FileHandle) {
    this.#file = file
    this.#handle = handle
  }

  /**
   * Opens the file, new or to be continued, and hands every checkpoint in it to `onCheckpoint`. Throws
   * `checkpoints_invalid` for a file whose checkpoints do not follow one another: that is evidence, not to be continued.
   */
  static async open(file: string, onCheckpoint: (checkpoint: Checkpoint) => void): Promise<CheckpointFile> {
    const opened = new CheckpointFile(file, await openToAppend(file))
    try {
      await opened.#readTo(onCheckpoint)
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  /** What a crash left unfinished is cut off: nobody was told that it was there. */
  async #readTo(onCheckpoint: (checkpoint: Checkpoint) => void): Promise<void> {
    for await (const entry of entriesOf(this.#file, '--out')) {
      if ('torn' in entry) return this.#handle.truncate(this.#end)
      const { line, checkpoint, end } = entry
      const problem = checkpoint ? (placeProblem(this.#series, checkpoint) ?? headsProblem(checkpoint)) : null
      if (!checkpoint || problem !== null)
        throw new CommandError(
          'checkpoints_invalid',
          `--out ${this.#file}: ${entryProblem(line, checkpoint, problem)}; keep it as evidence and name a new file`,
        )
      onCheckpoint(checkpoint)
      this.#series = afterCheckpoint(this.#series, checkpoint)
      this.#end = end
    }
  }

  /** What is in the file so far. */
  get series(): Series {
    return this.#series
  }

  /** Resolves when the line is on disk. What was written of it before a failure is taken back. */
  async append(checkpoint: Checkpoint): Promise<void> {
    const { size } = await this.#handle.stat()
    if (size !== this.#end)
      throw new CommandError(
        'checkpoints_changed',
        `--out ${this.#file} was written to by somebody else: one writer at a time, and nobody edits it`,
      )
    const line = Buffer.from(`${JSON.stringify(checkpoint)}\n`)
    try {
      await this.#handle.appendFile(line)
      await this.#handle.sync()
    } catch (error) {
      await this.#handle.truncate(this.#end).catch(() => {})
      throw unwritable(this.#file, error as Error)
    }
    this.#end += line.length
    this.#series = afterCheckpoint(this.#series, checkpoint)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}
