/** The id of an entry as it is given on the command line, and what is said where there is no such entry. */
import { QuarantineId } from '../../shared/contracts/quarantine.ts'
import { CommandError } from '../answer.ts'

/** Throws CommandError `quarantine_id_invalid`. */
export const parseEntryId = (text: string): string => {
  const id = QuarantineId.safeParse(text)
  if (id.success) return id.data
  throw new CommandError(
    'quarantine_id_invalid',
    `'${text}' is not an entry: they look like Q-3f9c0a1b2c3d4e5f, and "interlock quarantine list" names them`,
  )
}

export const entryUnknown = (id: string): CommandError =>
  new CommandError('quarantine_unknown', `there is no entry '${id}': "interlock quarantine list" says what is kept`)
