import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collect } from '../../../tests/support/collect.ts'
import { type Line, linesOf } from './lines.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock lines '))
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (text: string): Promise<Line[]> => {
  const file = join(folder, 'lines')
  await writeFile(file, text)
  return collect(linesOf(file, '--file'))
}

it('gives every line with its number and the byte it ends at', async () => {
  expect(await read('a\n\nzwölf\n')).toEqual([
    { text: 'a', number: 1, end: 2, whole: true },
    { text: '', number: 2, end: 3, whole: true },
    { text: 'zwölf', number: 3, end: 10, whole: true },
  ])
  expect(await read('')).toEqual([])
})

it('says that a last line is not whole', async () => {
  expect(await read('a\nb')).toEqual([
    { text: 'a', number: 1, end: 2, whole: true },
    { text: 'b', number: 2, end: 3, whole: false },
  ])
})

it('breaks nowhere but at a newline, in lines of any length', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', '\r', '\u2028', '\u2029', '\u0085', '😀'), maxLength: 5 })
  const long = fc.integer({ min: 30_000, max: 90_000 }).map((length) => '😀'.repeat(length))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof({ weight: 9, arbitrary: line }, long), { maxLength: 20 }), async (lines) => {
      const text = lines.map((each) => `${each}\n`).join('')
      expect((await read(text)).map((each) => each.text)).toEqual(lines)
      expect((await read(text)).at(-1)?.end ?? 0).toBe(Buffer.byteLength(text))
    }),
    { numRuns: 50 },
  )
})

it('names the option and the file that cannot be read', async () => {
  const nowhere = join(folder, 'nowhere')
  await expect(collect(linesOf(nowhere, '--checkpoints'))).rejects.toMatchObject({
    code: 'unreadable_file',
    message: `--checkpoints ${nowhere} cannot be read (ENOENT): name a readable file`,
  })
  await expect(collect(linesOf(folder, '--file'))).rejects.toMatchObject({ code: 'unreadable_file' })
})
