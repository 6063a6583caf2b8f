/** What the gauges show of an installation, read from Redis at one moment in one round trip. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { StageName } from '../contracts/audit-record.ts'
import { BlockerCode } from '../contracts/blocker.ts'
import { HEARTBEAT_ID } from './heartbeat-id.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'

const Count = z.int().min(0)
/** ms; null for none. */
const Since = z.string().transform(Number).pipe(z.number()).nullable()
const Open = z.tuple([Count, Since])
const Queue = z.tuple([Count, Count, Count, Count, Count, Since, Since, Count, Since])
const Reply = z.tuple([Since, Open, z.array(z.string()), z.array(Queue), z.array(Open)])

/** How many there are, and how long the first of them is there (ms, 0 for none). */
export interface OpenNow {
  count: number
  age: number
}

export interface QueueNow {
  /** The urgent among those that wait: they have no priority and go first. */
  urgent: OpenNow
  waiting: number
  active: number
  delayed: number
  failed: number
  paused: boolean
  /** ms, 0 for none. */
  waitingAge: number
  activeAge: number
}

export interface InstallationSample {
  /** By Redis' clock, in ms. */
  at: number
  queues: [StageName, QueueNow][]
  /** By code. */
  blocked: [BlockerCode, OpenNow][]
  reviews: OpenNow
  /** As the look at the chains left it. */
  chains: Record<string, string>
}

const pairs = (list: readonly string[]): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (let i = 0; i + 1 < list.length; i += 2) fields[list[i] ?? ''] = list[i + 1] ?? ''
  return fields
}

const NO_QUEUE: z.infer<typeof Queue> = [0, 0, 0, 0, 0, null, null, 0, null]

/** Rejects when Redis does not answer, or something else lies where its data was. */
export const sampleInstallation = async (redis: Redis, keys: LedgerKeys): Promise<InstallationSample> => {
  const [stages, codes] = [StageName.options, BlockerCode.options]
  const args = [keys.prefix, HEARTBEAT_ID, stages.length, ...stages, ...codes]
  const reply = await runScript(redis, 'interlockSample', [keys.reviews, keys.chains, keys.absent], args)
  const [now, reviews, chains, queues, blocked] = Reply.parse(reply)
  const at = now ?? 0
  const age = (since: number | null) => (since === null ? 0 : Math.max(0, at - since))
  const open = ([count, since]: z.infer<typeof Open>): OpenNow => ({ count, age: age(since) })
  const none: z.infer<typeof Open> = [0, null]
  return {
    at,
    reviews: open(reviews),
    chains: pairs(chains),
    blocked: codes.map((code, i) => [code, open(blocked[i] ?? none)]),
    queues: stages.map((stage, i) => {
      const [listed, active, delayed, failed, paused, waits, works, lesser, lesserWaits] = queues[i] ?? NO_QUEUE
      const urgent = { count: listed, age: age(waits) }
      const waiting = listed + lesser
      const ages = { waitingAge: Math.max(urgent.age, age(lesserWaits)), activeAge: age(works) }
      return [stage, { urgent, waiting, active, delayed, failed, paused: paused === 1, ...ages }]
    }),
  }
}
