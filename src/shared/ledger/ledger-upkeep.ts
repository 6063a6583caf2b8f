/** What keeps the ledger whole and bounded: finding incidents that are in no queue, putting them back, and retention. */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { StageName } from '../contracts/audit-record.ts'
import type { Incident } from '../contracts/incident.ts'
import { crashPoint } from '../crash-point.ts'
import { addJobCommand } from '../queue/stage-queues.ts'
import { type LedgerChange, packChange } from './change.ts'
import type { IncidentLedger } from './incident-ledger.ts'
import { IncidentUnreadable } from './incident-unreadable.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'

/** Keys of BullMQ's addStandardJob; the rest are its arguments. */
const ADD_KEYS = 9

/** Beyond this a queue's list is not searched: Redis is held up for about 20 ms by one of this length. */
const LONGEST_SEARCHED = 100_000

/**
 * `missing`: its queue has no job of it. `failed`: that job failed, and no verdict says so. `unreadable`: its record is
 * gone or says no stage.
 */
const Lost = z.tuple([z.string(), z.string(), z.enum(['missing', 'failed', 'unreadable'])])
const LostReply = z.tuple([z.number(), z.array(Lost)])

/** Looks at up to `most` incidents in flight of which nothing was known for `silentMs`, each once in that time. */
export const findLost = async (redis: Redis, keys: LedgerKeys, silentMs: number, most: number) => {
  const args = [keys.prefix, silentMs, most, LONGEST_SEARCHED, ...StageName.options]
  const [looked, lost] = LostReply.parse(await runScript(redis, 'interlockFindLost', [keys.open, keys.absent], args))
  return { looked, lost: lost.map(([id, status, place]) => ({ id, status, place })) }
}

/** Adds a job for the changed incident. False when it changed meanwhile or has a job: nothing was done. */
export const putBack = async (redis: Redis, keys: LedgerKeys, queue: Queue, change: LedgerChange) => {
  const add = await addJobCommand(queue.backend, change.incident_id, Date.now())
  const args = [...add.arguments.slice(ADD_KEYS), packChange(change), keys.prefix, queue.name]
  crashPoint('put-back:before')
  const reply = await runScript(redis, 'interlockPutBack', add.arguments.slice(0, ADD_KEYS).map(String), args)
  crashPoint('put-back:after')
  return reply === 1
}

/** Removes up to `most` incidents that ended longer ago than `retentionMs`; returns how many. */
export const pruneEnded = async (redis: Redis, keys: LedgerKeys, retentionMs: number, most: number) =>
  z
    .number()
    .parse(
      await runScript(
        redis,
        'interlockPrune',
        [keys.ended, keys.absent],
        [keys.prefix, retentionMs, most, ...StageName.options],
      ),
    )

/** Null where there is none; `unreadable` where somebody else wrote in it. Rejects when Redis does not answer. */
export const readIfReadable = async (ledger: IncidentLedger, id: string): Promise<Incident | null | 'unreadable'> => {
  try {
    return (await ledger.read(id, 'none'))?.incident ?? null
  } catch (error) {
    if (error instanceof IncidentUnreadable) return 'unreadable'
    throw error
  }
}
