/** The trials: tamper, verify in every way there is, put it right again, and count who saw it. */
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ReadAnchors, readAnchors } from '../../src/cli/audit/read-anchors.ts'
import { exportLines, tracesInFile } from '../../src/cli/audit/traces-in-file.ts'
import { type Finding, verifyTraces } from '../../src/shared/audit/verify-traces.ts'
import { Checkpoint } from '../../src/shared/contracts/checkpoint.ts'
import { everyTrace } from '../../src/shared/ledger/stored-traces.ts'
import type { Chance } from '../chance.ts'
import { CHECKPOINT_TAMPERINGS } from './checkpoint-tamperings.ts'
import type { Installation } from './installation.ts'
import { TAMPERINGS } from './tamperings.ts'

/** How often each way of verifying named exactly those concerned. */
export interface Row {
  kind: string
  trials: number
  chain_alone: number
  with_checkpoints: number
  offline: number
  /** What `chain_alone` must be: all trials or none. */
  chain_alone_expected: number
}
type Way = 'chain_alone' | 'with_checkpoints' | 'offline'

type Findings = Record<Way, Finding[]>

/** Offline is from an export made now, with nothing else but the checkpoints. */
export const verifyEveryWay = async (
  { redis, ledger, checkpointFile }: Installation,
  { anchors, broken }: ReadAnchors,
): Promise<Findings> => {
  const file = `${checkpointFile}.export`
  let lines = ''
  for await (const trace of everyTrace(redis, ledger)) lines += exportLines(trace)
  await writeFile(file, lines)
  return {
    chain_alone: (await verifyTraces(everyTrace(redis, ledger))).broken,
    with_checkpoints: [...broken, ...(await verifyTraces(everyTrace(redis, ledger), anchors)).broken],
    offline: [...broken, ...(await verifyTraces(tracesInFile(file), anchors)).broken],
  }
}

const count = (row: Row, findings: Findings, sees: (found: Finding[]) => boolean): void => {
  for (const way of ['chain_alone', 'with_checkpoints', 'offline'] as const) if (sees(findings[way])) row[way]++
}

const rowFor = (kind: string, trials: number, chainSees: boolean): Row => ({
  ...{ kind, trials, chain_alone: 0, with_checkpoints: 0, offline: 0 },
  chain_alone_expected: chainSees ? trials : 0,
})

/** Seen is only what names every incident concerned, and no other. */
const namesExactly = (victims: readonly string[]) => (findings: readonly Finding[]) => {
  const named = new Set(findings.map(({ incident_id }) => incident_id))
  return named.size === victims.length && victims.every((id) => named.has(id))
}

export async function* storeTrials(at: Installation, trials: number, chance: Chance): AsyncGenerator<Row> {
  const { store, earlier, checkpointFile, publicKeys } = at
  const whole = await store.backup()
  const read = await readAnchors(checkpointFile, publicKeys)
  const anchored = new Map([...read.anchors].map(([id, anchors]) => [id, anchors.at(-1)?.records ?? 0]))
  for (const { kind, chainSees, tamper } of TAMPERINGS) {
    const row = rowFor(kind, trials, chainSees)
    for (let trial = 0; trial < trials; trial++) {
      const victims = await tamper({ store, chance, anchored, earlier })
      count(row, await verifyEveryWay(at, read), namesExactly(victims))
      await store.restore(whole, victims)
    }
    yield row
  }
}

/** The store stays as it was; what must be seen is that the file is not. */
export async function* checkpointTrials(at: Installation, trials: number, chance: Chance): AsyncGenerator<Row> {
  const { checkpointFile, publicKeys } = at
  const ownKey = generateKeyPairSync('ed25519').privateKey
  const text = await readFile(checkpointFile, 'utf8')
  const checkpoints = text
    .trimEnd()
    .split('\n')
    .map((line) => Checkpoint.parse(JSON.parse(line)))
  const edited = join(`${checkpointFile}.edited`)
  for (const { kind, tamper } of CHECKPOINT_TAMPERINGS) {
    const row = rowFor(kind, trials, false)
    for (let trial = 0; trial < trials; trial++) {
      const forged = tamper(checkpoints, chance.below(checkpoints.length - 1), ownKey)
      await writeFile(edited, forged.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''))
      const findings = await verifyEveryWay(at, await readAnchors(edited, publicKeys))
      count(row, findings, (found) => found.some(({ incident_id }) => incident_id === null))
    }
    yield row
  }
}
