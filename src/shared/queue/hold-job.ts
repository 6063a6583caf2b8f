/** Puts off the job of a decision that an emergency stop forbids, until `resume` lets it go; no attempt is used up. */
import type { RedisQueueBackend } from 'bullmq'
import type { HoldReply, StopMet } from '../ledger/stops.ts'
import type { JobCommand } from './stage-queues.ts'

/** Takes the queue's step that puts the job off, and records why with it. `summary`: what this run came to. */
export type Hold = (
  jobId: string,
  stopped: Stopped,
  putOff: JobCommand,
) => Promise<{ reply: HoldReply; summary: unknown }>

/** What a commit came back with: the scopes it asked for, and the stop it met under one of them. */
export class Stopped extends Error {
  readonly scopes: readonly string[]
  readonly met: StopMet
  constructor(scopes: readonly string[], met: StopMet) {
    super(`an emergency stop of ${met.scope} is in force`)
    this.scopes = scopes
    this.met = met
  }
}

/**
 * A held job looks again by itself after 10 to 20 minutes, for the case that a resume was cut off: 100,000 of them that
 * do are about a hundred a second.
 */
const LOOK_AGAIN_MS = 600_000

/** What the run came to; null when the incident or the stop changed meanwhile, and it must be decided again. */
export const holdJob = async (
  backend: RedisQueueBackend,
  hold: Hold,
  jobId: string,
  token: string,
  stopped: Stopped,
): Promise<{ summary: unknown } | null> => {
  const delay = Math.round(LOOK_AGAIN_MS * (1 + Math.random()))
  const given = backend.moveToDelayedArgs(jobId, Date.now(), token, delay, { skipAttempt: true, fetchNext: false })
  const putOff = given.map((arg) => (Buffer.isBuffer(arg) ? arg : String(arg ?? '')))
  const { reply, summary } = await hold(jobId, stopped, { command: 'moveToDelayed', arguments: putOff })
  if (reply === 'changed') return null
  if (typeof reply === 'object')
    throw backend.finishedErrors({ code: reply.lost, jobId, command: 'moveToDelayed', state: 'active' })
  return { summary }
}
