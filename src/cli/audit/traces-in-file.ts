/** The form of an export: for each incident a line with its chain head, then its records in order, one a line. */
import { z } from 'zod'
import { parseRecord } from '../../shared/audit/parse-record.ts'
import type { StoredTrace } from '../../shared/audit/verify-traces.ts'
import { CommandError } from '../answer.ts'
import { linesOf } from './lines.ts'

/** Begins an incident; both null for one whose record was gone when it was exported. */
const HeadLine = z.strictObject({
  incident_id: z.string(),
  head: z.string().nullable(),
  records: z.number().nullable(),
})

const RecordLine = z.looseObject({ incident_id: z.string() })

export const exportLines = ({ incident_id, head, trace }: StoredTrace): string => {
  const first: z.infer<typeof HeadLine> = { incident_id, head: head?.head ?? null, records: head?.records ?? null }
  return [first, ...trace].map((line) => `${JSON.stringify(line)}\n`).join('')
}

const parse = (file: string, number: number, text: string): unknown => {
  try {
    return parseRecord(text)
  } catch {
    const fix = 'name an export of "interlock audit export"'
    throw new CommandError('invalid_input', `--file ${file}: line ${number} is not JSON; ${fix}`)
  }
}

interface Begun extends StoredTrace {
  trace: unknown[]
}

const begin = ({ incident_id, head, records }: z.infer<typeof HeadLine>): Begun => ({
  incident_id,
  head: head === null || records === null ? null : { head, records },
  trace: [],
})

/**
 * Reads the trace of one incident too, which is records alone. Records are taken as they are, whatever became of them:
 * the check of the chain looks at every member. Throws CommandError for a file that is not an export at all.
 */
export async function* tracesInFile(file: string): AsyncGenerator<StoredTrace> {
  let begun: Begun | null = null
  for await (const { text, number } of linesOf(file, '--file')) {
    if (text.trim() === '') continue
    const line = parse(file, number, text)
    const head = HeadLine.safeParse(line)
    const record = RecordLine.safeParse(line)
    // Under a head everything belongs to it; without one a new incident id begins a new trace.
    const isNext: boolean =
      begun === null || (begun.head === undefined && record.data?.incident_id !== begun.incident_id)
    if (!head.success && begun !== null && !isNext) {
      begun.trace.push(line)
      continue
    }
    if (begun !== null) yield begun
    if (head.success) begun = begin(head.data)
    else if (record.success) begun = { incident_id: record.data.incident_id, head: undefined, trace: [line] }
    else throw new CommandError('invalid_input', `--file ${file}: line ${number} is not an audit record`)
  }
  if (begun !== null) yield begun
}
