import { expect, it } from 'vitest'
import { unreadableFile } from './unreadable-file.ts'

it.each([
  ['ENOENT', 'correct the path, or make the file'],
  ['EISDIR', 'it is a folder: name the file in it'],
  ['ENOTDIR', 'a part of the path is a file: correct it'],
  ['EACCES', 'give the user of this process the right to read it'],
  ['EPERM', 'give the user of this process the right to read it'],
  ['EIO', 'name a file that can'],
])('names variable, path and what mends %s', (why, fix) => {
  expect(unreadableFile('OPERATOR_TOKENS_FILE', '/a b', why)).toBe(
    `OPERATOR_TOKENS_FILE is "/a b": it cannot be read (${why}): ${fix}`,
  )
})
