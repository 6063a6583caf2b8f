/** What is tampered with: an installation with real traces, signed as they grew, and a backup from early on. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { openCheckpointer } from '../../src/cli/audit/checkpointer.ts'
import { keyId } from '../../src/shared/audit/checkpoint.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { everyChainEnd } from '../../src/shared/ledger/stored-traces.ts'
import { makeRealTraces } from './real-traces.ts'
import { type Backup, Store } from './store.ts'

export interface Installation {
  redis: Redis
  ledger: IncidentLedger
  store: Store
  /** From before the incidents were decided. */
  earlier: Backup
  checkpointFile: string
  publicKeys: ReadonlyMap<string, KeyObject>
}

/** So few that each pass over the incidents makes several checkpoints. */
const EVERY_RECORDS = 25

/** The last records of half the traces stay without a checkpoint, as the newest ones of a running installation do. */
export const prepareInstallation = async (
  redis: Redis,
  prefix: string,
  incidents: number,
  folder: string,
): Promise<Installation> => {
  const ledger = new IncidentLedger(redis, prefix)
  const store = new Store(redis, ledger.keys)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const checkpointFile = join(folder, 'checkpoints.jsonl')
  const checkpointer = await openCheckpointer({
    ...{ out: checkpointFile, privateKey, everyRecords: EVERY_RECORDS },
    ends: () => everyChainEnd(redis, ledger),
    now: () => new Date().toISOString(),
    onCheckpoint: () => {},
    onProblem: (incident_id, problem) => {
      throw new Error(`${incident_id}: ${problem}`)
    },
  })
  let earlier: Backup = new Map()
  try {
    await makeRealTraces(redis, prefix, incidents, async (moment) => {
      if (moment === 'accepted') earlier = await store.backup()
      if (moment !== 'half resolved') await checkpointer.look(true)
    })
  } finally {
    await checkpointer.close()
  }
  return { redis, ledger, store, earlier, checkpointFile, publicKeys: new Map([[keyId(publicKey), publicKey]]) }
}
