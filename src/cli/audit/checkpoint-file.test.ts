import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { checkpointAfter, endOf, traceOf } from '../../shared/audit/trace.fixture.ts'
import type { Checkpoint } from '../../shared/contracts/checkpoint.ts'
import { CheckpointFile } from './checkpoint-file.ts'

const folders: string[] = []
let file: string
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock checkpoints '))
  folders.push(folder)
  file = join(folder, 'checkpoints.jsonl')
})
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

const one = checkpointAfter(null, [endOf(traceOf('HM-1', 1))])
const two = checkpointAfter(one, [endOf(traceOf('HM-1', 3)), endOf(traceOf('HM-2', 1))])
const three = checkpointAfter(two, [endOf(traceOf('HM-2', 2))])
const asLines = (checkpoints: readonly unknown[]) => checkpoints.map((each) => `${JSON.stringify(each)}\n`).join('')

/** Opens the file, appends to it and closes it; what was in it before. */
const append = async (...checkpoints: Checkpoint[]): Promise<Checkpoint[]> => {
  const found: Checkpoint[] = []
  const opened = await CheckpointFile.open(file, (checkpoint) => found.push(checkpoint))
  for (const checkpoint of checkpoints) await opened.append(checkpoint)
  await opened.close()
  return found
}

it('holds one checkpoint a line, and is continued where it ended', async () => {
  expect(await append(one)).toEqual([])
  expect(await append(two, three)).toEqual([one])
  expect(await append()).toEqual([one, two, three])
  expect(await readFile(file, 'utf8')).toBe(asLines([one, two, three]))
})

it('replaces the last line wherever a crash has cut it off', async () => {
  const [whole, last] = [asLines([one]), asLines([two])]
  for (let cut = 0; cut < last.length; cut += cut < 20 || cut > last.length - 20 ? 1 : 97) {
    await writeFile(file, whole + last.slice(0, cut))
    expect(await append(two)).toEqual([one])
    expect(await readFile(file, 'utf8')).toBe(whole + last)
  }
})

describe('is evidence and not continued', () => {
  it.each<[string, unknown[], string]>([
    ['a line is no checkpoint', [one, { hello: 1 }, two], 'line 2 is not a checkpoint'],
    ['the first one is missing', [two], 'line 1: checkpoint 1 stands where checkpoint 0 belongs'],
    [
      'one was changed',
      [{ ...one, at: two.at }, two],
      'line 2: checkpoint 1 does not follow the one before it, which was changed or replaced',
    ],
    [
      'heads were changed',
      [one, { ...two, heads: two.heads.toReversed() }],
      'line 2: checkpoint 1 was changed: its heads do not give its root',
    ],
  ])('when %s', async (_, lines, problem) => {
    await writeFile(file, asLines(lines))
    await expect(append(three)).rejects.toMatchObject({
      code: 'checkpoints_invalid',
      message: `--out ${file}: ${problem}; keep it as evidence and name a new file`,
    })
    expect(await readFile(file, 'utf8')).toBe(asLines(lines))
  })
})

it('has one writer: what somebody else added in the meantime is not built upon', async () => {
  const opened = await CheckpointFile.open(file, () => {})
  await opened.append(one)
  await appendFile(file, asLines([two]))
  await expect(opened.append(two)).rejects.toMatchObject({ code: 'checkpoints_changed' })
  await opened.close()
  expect(await readFile(file, 'utf8')).toBe(asLines([one, two]))
})

it('says where it cannot be written', async () => {
  file = join(file, 'nowhere')
  await expect(append(one)).rejects.toMatchObject({
    code: 'unwritable_file',
    message: expect.stringContaining(`--out '${file}' cannot be written (ENOENT)`),
  })
})
