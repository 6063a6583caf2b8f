/** The lines of a file, one after the other, with the place where each ends: for files too large to be read whole. */
import { createReadStream } from 'node:fs'
import { CommandError } from '../answer.ts'

export interface Line {
  text: string
  /** From 1. */
  number: number
  /** The byte after it. */
  end: number
  /** False for a last line that does not end in a newline. */
  whole: boolean
}

const NEWLINE = 0x0a

/** `option` is how the file was named, e.g. `--checkpoints`. Throws CommandError `unreadable_file`. */
export async function* linesOf(file: string, option: string): AsyncGenerator<Line> {
  let [number, end] = [0, 0]
  let begun: Buffer[] = []
  const line = (last: Buffer, whole: boolean): Line => {
    const bytes = Buffer.concat([...begun, last])
    begun = []
    number++
    end += bytes.length + (whole ? 1 : 0)
    return { text: bytes.toString('utf8'), number, end, whole }
  }
  const chunks: AsyncIterable<Buffer> = createReadStream(file)
  try {
    for await (const chunk of chunks) {
      let from = 0
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        yield line(chunk.subarray(from, at), true)
        from = at + 1
      }
      if (from < chunk.length) begun.push(chunk.subarray(from))
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    const why = 'code' in error ? error.code : error.message
    throw new CommandError('unreadable_file', `${option} ${file} cannot be read (${why}): name a readable file`)
  }
  if (begun.length > 0) yield line(Buffer.alloc(0), false)
}
