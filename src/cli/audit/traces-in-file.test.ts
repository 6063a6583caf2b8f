import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../../../tests/support/collect.ts'
import { endOf, traceOf } from '../../shared/audit/trace.fixture.ts'
import type { StoredTrace } from '../../shared/audit/verify-traces.ts'
import { exportLines, tracesInFile } from './traces-in-file.ts'

let file: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock traces '))
  file = join(folder, 'traces.jsonl')
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (text: string): Promise<StoredTrace[]> => {
  await writeFile(file, text)
  return collect(tracesInFile(file))
}

const one = traceOf('HM-1', 3)
const two = traceOf('HM-2', 2)
const stored = (trace: typeof one): StoredTrace => {
  const { incident_id, head, records } = endOf(trace)
  return { incident_id, head: { head, records }, trace }
}
const asLines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

describe('an export is read as it was found in the ledger', () => {
  it.each<[string, StoredTrace[]]>([
    ['traces with their heads', [stored(one), stored(two)]],
    ['an incident whose record is gone', [{ ...stored(one), head: null }, stored(two)]],
    ['an incident whose trace is gone', [{ ...stored(one), trace: [] }, stored(two)]],
    ['records of another incident', [{ ...stored(one), trace: two }, stored(two)]],
    ['what is no record at all', [{ ...stored(one), trace: ['garbage', null, 4, { incident_id: 5 }, ...one] }]],
    ['an id that is none', [{ ...stored(one), incident_id: 'no id \u2028 at all' }]],
  ])('%s', async (_, traces) => {
    expect(await read(traces.map(exportLines).join(''))).toEqual(traces)
  })

  it('nothing, from an empty file', async () => {
    expect(await read('')).toEqual([])
  })
})

it('records alone are read as well, a new id beginning a new trace', async () => {
  expect(await read(`${asLines(one)}\n${asLines(two)}`)).toEqual([
    { incident_id: 'HM-1', head: undefined, trace: one },
    { incident_id: 'HM-2', head: undefined, trace: two },
  ])
})

it.each([
  [
    'a line that is not JSON',
    `${asLines(one)}{"seq":`,
    'line 4 is not JSON; name an export of "interlock audit export"',
  ],
  ['a file of something else', asLines([{ alerts: [] }]), 'line 1 is not an audit record'],
])('%s is refused', async (_, text, problem) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'invalid_input', message: `--file ${file}: ${problem}` })
})
