/** The tamper table in short: with checkpoints nothing goes unseen, and the chain alone sees just what it must. */
import { generateKeyPairSync, randomInt, randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { chanceFrom } from '../bench/chance.ts'
import { CHECKPOINT_TAMPERINGS } from '../bench/tamper/checkpoint-tamperings.ts'
import { type Installation, prepareInstallation } from '../bench/tamper/installation.ts'
import { makeRealTraces } from '../bench/tamper/real-traces.ts'
import { TAMPERINGS } from '../bench/tamper/tamperings.ts'
import { checkpointTrials, type Row, storeTrials, verifyEveryWay } from '../bench/tamper/trials.ts'
import { openCheckpointer } from '../src/cli/audit/checkpointer.ts'
import { readAnchors } from '../src/cli/audit/read-anchors.ts'
import { keyId } from '../src/shared/audit/checkpoint.ts'
import { verifyTraces } from '../src/shared/audit/verify-traces.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { everyChainEnd, everyTrace } from '../src/shared/ledger/stored-traces.ts'
import { collect } from './support/collect.ts'

const TRIALS = 3
const INCIDENTS = 12

let redis: Redis
let folder: string
let at: Installation
beforeAll(async () => {
  redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
  folder = await mkdtemp(join(tmpdir(), 'interlock tamper '))
  at = await prepareInstallation(redis, `tamper-${randomUUID()}`, INCIDENTS, folder)
})
afterAll(async () => {
  redis.disconnect()
  await rm(folder, { recursive: true })
})

const findings = async (file = at.checkpointFile) => verifyEveryWay(at, await readAnchors(file, at.publicKeys))
const NONE = { chain_alone: [], with_checkpoints: [], offline: [] }

const asExpected = ({ kind, trials }: Row, chainSees: boolean): Row => ({
  ...{ kind, trials, chain_alone: chainSees ? trials : 0, with_checkpoints: trials, offline: trials },
  chain_alone_expected: chainSees ? trials : 0,
})

describe('tampering', () => {
  it('with traces is seen, each incident named and no other, and the chain alone misses what is covered up', async () => {
    const seed = randomInt(2 ** 32)
    const rows = await collect(storeTrials(at, TRIALS, chanceFrom(seed)))
    expect({ seed, rows }).toEqual({
      seed,
      rows: rows.map((row, i) => asExpected(row, TAMPERINGS[i]?.chainSees === true)),
    })
    expect(rows.filter(({ chain_alone }) => chain_alone === 0)).toHaveLength(10)
    expect(rows).toHaveLength(31)
    expect(await findings()).toEqual(NONE)
  })

  it('with the checkpoint file is seen', async () => {
    const rows = await collect(checkpointTrials(at, TRIALS, chanceFrom(randomInt(2 ** 32))))
    expect(rows).toEqual(rows.map((row) => asExpected(row, false)))
    expect(rows).toHaveLength(CHECKPOINT_TAMPERINGS.length)
  })
})

/** docs/audit.md says so; whoever closes one of these gaps takes it out there. */
describe('what no checkpoint can show', () => {
  it('is what was done to records that are not signed yet', async () => {
    const { store } = at
    const whole = await store.backup()
    const { anchors } = await readAnchors(at.checkpointFile, at.publicKeys)
    const signed = (id: string) => anchors.get(id)?.at(-1)?.records ?? 0
    for (const id of await store.ids()) {
      const records = await store.trace(id)
      const [last] = records.slice(-1)
      if (!last) throw new Error('there is no record')
      await store.forge(id, [...records.slice(0, signed(id)), { ...last, actor: 'nobody' }])
    }
    expect(await findings()).toEqual(NONE)
    await store.restore(whole, whole.keys())
  })

  it('is a store rolled back together with the only copy of the file', async () => {
    const { store, earlier, checkpointFile } = at
    const whole = await store.backup()
    const lines = (await readFile(checkpointFile, 'utf8')).split('\n')
    const { anchors } = await readAnchors(checkpointFile, at.publicKeys)
    const firstPass = [...anchors.values()].map(([anchor]) => anchor?.seq ?? 0)
    const cut = `${checkpointFile}.cut`
    await writeFile(cut, `${lines.slice(0, Math.max(...firstPass) + 1).join('\n')}\n`)
    await store.restore(earlier, earlier.keys())
    expect(await findings(cut)).toEqual(NONE)
    expect((await findings()).with_checkpoints.length).toBeGreaterThan(0)
    await store.restore(whole, whole.keys())
  })
})

it('nothing is a false alarm while incidents are accepted, decided, signed and verified at the same time', async () => {
  const prefix = `tamper-${randomUUID()}`
  const ledger = new IncidentLedger(redis, prefix)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const out = join(folder, `${prefix}.jsonl`)
  const problems: string[] = []
  const checkpointer = await openCheckpointer({
    ...{ out, privateKey, everyRecords: 5 },
    ends: () => everyChainEnd(redis, ledger),
    now: () => new Date().toISOString(),
    onCheckpoint: () => {},
    onProblem: (id, problem) => problems.push(`${id}: ${problem}`),
  })
  let running = true
  let verified = 0
  const meanwhile = (async () => {
    for (let last = false; !last; ) {
      last = !running
      await checkpointer.look(true)
      const { anchors, broken } = await readAnchors(out, new Map([[keyId(publicKey), publicKey]])).catch(() => ({
        anchors: new Map(),
        broken: [],
      }))
      const { broken: found, records } = await verifyTraces(everyTrace(redis, ledger), anchors)
      problems.push(...[...broken, ...found].map(({ problem }) => problem))
      verified = records
    }
  })()
  await makeRealTraces(redis, prefix, 60, async () => {})
  running = false
  await meanwhile
  await checkpointer.close()
  expect(problems).toEqual([])
  expect(verified).toBeGreaterThan(3 * 60)
})
