/** What is said of a file that a variable names and that cannot be read: variable, path, why, and how to mend it. */

const RIGHTS = 'give the user of this process the right to read it'

/** By what the system calls it. */
const FIX: Readonly<Record<string, string>> = {
  ENOENT: 'correct the path, or make the file',
  ENOTDIR: 'a part of the path is a file: correct it',
  EISDIR: 'it is a folder: name the file in it',
  EACCES: RIGHTS,
  EPERM: RIGHTS,
}

/** `why` is the system's code, such as ENOENT. */
export const unreadableFile = (variable: string, path: string, why: string): string =>
  `${variable} is ${JSON.stringify(path)}: it cannot be read (${why}): ${FIX[why] ?? 'name a file that can'}`
