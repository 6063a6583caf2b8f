/** What is answered where the file or folder given as `--out` cannot be written: why, and how to mend it. */
import { CommandError } from './answer.ts'

const RIGHTS = 'this user may not write there: give it the right to, or name another place'
const FULL = 'no room is left: make some, or name another place'

/** By what the system calls it. */
const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'the folder it lies in is not there or takes nothing new: make it, or name another',
  ENOTDIR: 'a file stands where a folder is needed: name another folder',
  EISDIR: 'it is a folder: name a file in it',
  EEXIST: 'something is there already: name another place',
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: 'nothing can be written on that file system: name another place',
  ENOSPC: FULL,
  EDQUOT: FULL,
}

/** `error` is what a call to the file system failed with. */
export const unwritable = (out: string, error: NodeJS.ErrnoException): CommandError => {
  const why = WHY[error.code ?? ''] ?? `${error.message}: mend that, or name another place`
  return new CommandError('unwritable_file', `--out '${out}' cannot be written (${error.code ?? 'unknown'}): ${why}`)
}
