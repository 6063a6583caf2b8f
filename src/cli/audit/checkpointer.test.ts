import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { endOf, SIGNER, traceOf } from '../../shared/audit/trace.fixture.ts'
import type { AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { Checkpoint } from '../../shared/contracts/checkpoint.ts'
import { type Checkpointer, openCheckpointer } from './checkpointer.ts'
import { readAnchors } from './read-anchors.ts'

const folders: string[] = []
let out: string
/** What the ledger holds, and what the checkpointer told. */
let traces: Map<string, AuditRecord[] | null>
let problems: string[]
let written: [seq: number, incidents: string[], newRecords: number][]
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock checkpointer '))
  folders.push(folder)
  out = join(folder, 'checkpoints.jsonl')
  ;[traces, problems, written] = [new Map(), [], []]
})
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

const open = (everyRecords = 100, privateKey = SIGNER.privateKey): Promise<Checkpointer> =>
  openCheckpointer({
    ...{ out, privateKey, everyRecords },
    ends: async function* () {
      for (const [incident_id, trace] of traces) yield { incident_id, end: trace && endOf(trace) }
    },
    now: () => new Date().toISOString(),
    onCheckpoint: ({ seq, heads }: Checkpoint, newRecords) =>
      written.push([seq, heads.map(({ incident_id }) => incident_id), newRecords]),
    onProblem: (incident_id, problem) => problems.push(`${incident_id}: ${problem}`),
  })

const look = async (due = true, ...settings: Parameters<typeof open>): Promise<void> => {
  const checkpointer = await open(...settings)
  await checkpointer.look(due)
  await checkpointer.close()
}

const grow = (incident_id: string, length: number, told?: string) =>
  traces.set(incident_id, traceOf(incident_id, length, told))

it('signs what has changed since, over restarts, and nothing else', async () => {
  grow('HM-1', 2)
  grow('HM-2', 1)
  await look()
  await look()
  grow('HM-1', 5)
  grow('HM-3', 1)
  await look()
  expect(written).toEqual([
    [0, ['HM-1', 'HM-2'], 3],
    [1, ['HM-1', 'HM-3'], 4],
  ])
  expect((await readAnchors(out, SIGNER.publicKeys)).broken).toEqual([])
})

it('writes when it is due, or when there is enough to write', async () => {
  for (const id of ['HM-1', 'HM-2', 'HM-3', 'HM-4', 'HM-5']) grow(id, 2)
  const checkpointer = await open(4)
  await checkpointer.look(false)
  expect(written).toEqual([
    [0, ['HM-1', 'HM-2'], 4],
    [1, ['HM-3', 'HM-4'], 4],
  ])
  await checkpointer.look(false)
  expect(written).toHaveLength(2)
  await checkpointer.look(true)
  expect(written.at(-1)).toEqual([2, ['HM-5'], 2])
  await checkpointer.close()
})

it('names a chain that lost what was signed, and signs what it is now: the older word stands against it', async () => {
  const checkpointer = await open()
  for (const id of ['HM-1', 'HM-2', 'HM-3']) grow(id, 3)
  await checkpointer.look(true)
  grow('HM-1', 2)
  grow('HM-2', 3, 'b')
  traces.set('HM-3', null)
  await checkpointer.look(true)
  await checkpointer.look(true)
  expect(problems).toEqual([
    'HM-1: it has 2 records, and had 3 when it was signed',
    'HM-2: its record 2 is not the one that was signed',
    'HM-3: its chain head cannot be read',
    'HM-3: its chain head cannot be read',
  ])
  expect(written.at(-1)?.slice(0, 2)).toEqual([1, ['HM-1', 'HM-2']])
  await checkpointer.close()
})

it('signs again what was gone and is back', async () => {
  const checkpointer = await open()
  grow('HM-1', 2)
  await checkpointer.look(true)
  traces.clear()
  await checkpointer.look(true)
  grow('HM-1', 2)
  await checkpointer.look(true)
  expect(written).toHaveLength(2)
  await checkpointer.close()
})

it('signs with a new key from the next checkpoint on, and never with the old one again', async () => {
  const next = generateKeyPairSync('ed25519')
  grow('HM-1', 1)
  await look()
  grow('HM-1', 2)
  await look(true, 100, next.privateKey)
  const text = await readFile(out, 'utf8')
  grow('HM-1', 3)
  await expect(look()).rejects.toMatchObject({ code: 'key_replaced' })
  expect(await readFile(out, 'utf8')).toBe(text)
  const keys = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).key_id)
  expect(new Set(keys).size).toBe(2)
})
