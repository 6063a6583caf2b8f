/** The checkpoint of a package: the signed word on where the incident's chain ends, and whether it still holds. */
import type { KeyObject } from 'node:crypto'
import { checkpointProblem } from '../../shared/audit/checkpoint.ts'
import { Checkpoint } from '../../shared/contracts/checkpoint.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { entriesOf } from '../audit/checkpoint-file.ts'

export const CHECKPOINT = 'checkpoint.json'

type Chain = Pick<StoredIncident, 'incident' | 'trace'>

/** How many records of the chain it vouches for; 0 where it does not list the incident, or lists another chain. */
const vouchesFor = ({ incident, trace }: Chain, { heads }: Checkpoint): number => {
  const leaf = heads.find(({ incident_id }) => incident_id === incident.incident_id)
  return leaf && trace[leaf.records - 1]?.hash === leaf.head ? leaf.records : 0
}

/**
 * The first checkpoint of the file that vouches for most of the chain, so that it stays the same when the file grows; null
 * where none does. Only those count that one of the keys signed, `keys` by their id.
 */
export const findCheckpoint = async (
  file: string,
  keys: ReadonlyMap<string, KeyObject>,
  chain: Chain,
): Promise<Checkpoint | null> => {
  let best: { checkpoint: Checkpoint; records: number } | null = null
  for await (const entry of entriesOf(file, '--checkpoints')) {
    if ('torn' in entry || !entry.checkpoint || checkpointProblem(entry.checkpoint, keys) !== null) continue
    const records = vouchesFor(chain, entry.checkpoint)
    if (records > (best?.records ?? 0)) best = { checkpoint: entry.checkpoint, records }
  }
  return best?.checkpoint ?? null
}

/** `records`: how many it vouches for. */
export const checkCheckpoint = (
  text: string,
  keys: ReadonlyMap<string, KeyObject>,
  chain: Chain,
): { records: number; problem: string | null } => {
  let checkpoint: Checkpoint
  try {
    checkpoint = Checkpoint.parse(JSON.parse(text))
  } catch {
    return { records: 0, problem: 'is not a checkpoint' }
  }
  const problem = checkpointProblem(checkpoint, keys)
  const records = problem === null ? vouchesFor(chain, checkpoint) : 0
  return { records, problem: problem ?? (records === 0 ? 'does not list this chain' : null) }
}
