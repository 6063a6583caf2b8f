/** The production build has no way to be told to crash: neither the points nor the variable are in it. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CRASH_POINTS } from '../../src/shared/crash-point.ts'
import { buildFaults } from './harness/build.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Of all these words, those that some JavaScript in the folder has. */
const namedIn = (folder: string, words: readonly string[]): string[] => {
  const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.js'))
  const text = files.map((file) => readFileSync(join(ROOT, folder, file), 'utf8')).join()
  return words.filter((word) => text.includes(word))
}
const WORDS = [...CRASH_POINTS, 'CRASH_AT', 'crashPoint']

test('names none of them, and the faults build names all', async () => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
  await buildFaults('unhurried', [])
  expect(namedIn('.cache/faults/unhurried', WORDS)).toEqual(WORDS)
  expect(namedIn('dist', ['interlockCommit'])).toEqual(['interlockCommit'])
  expect(namedIn('dist', WORDS)).toEqual([])
})

test('a change that would change nothing fails the build', async () => {
  const change = { file: 'src/shared/ledger/commit.lua', from: 'this stands nowhere', to: '' }
  await expect(buildFaults('broken', [change])).rejects.toThrow(
    /commit\.lua has "this stands nowhere" 0 times, not once/,
  )
})
