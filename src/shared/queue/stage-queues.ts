/** The queues: their names, their keys under one hash tag, and how the stages' jobs are kept and retried. */
import { type JobJson, type JobsOptions, Queue, type RedisClient, type RedisQueueBackend, type Telemetry } from 'bullmq'
import type { Redis } from 'ioredis'
import type { StageName } from '../contracts/audit-record.ts'
import type { JobData } from '../contracts/job.ts'
import { HEARTBEAT_ID } from '../ledger/heartbeat-id.ts'
import { packArguments } from '../ledger/pack-arguments.ts'

/** One hash tag for the queues and the ledger: on a Redis Cluster a hand-off touches one shard. */
export const keyPrefix = (installation: string): string => `{${installation}}`

/** For what is to be done from time to time, beside the three of the stages. */
export const UPKEEP_QUEUE = 'upkeep'

/**
 * How often a stage tries before it gives up. What normalize works on came with the webhook, so that a failure hardly
 * passes; the others look at what is true of the target now, and that may be out of reach for some seconds.
 */
const ATTEMPTS: Record<StageName, number> = { normalize: 3, readiness: 5, 'dry-run': 5 }

/**
 * A completed job is forgotten at once: what happened is in the ledger, and a hand-off cannot happen twice. A failed
 * one stays until it is redriven. A job is tried again after about 0.5-1, 1-2, 2-4 and 4-8 s.
 */
export const JOB_OPTIONS = {
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: false,
} as const satisfies JobsOptions

/** The next one comes by itself, and one that failed must not keep it out. */
export const HEARTBEAT_OPTIONS = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
} as const satisfies JobsOptions

export const openQueue = (
  name: StageName | typeof UPKEEP_QUEUE,
  redis: Redis,
  installation: string,
  telemetry?: Telemetry,
): Queue =>
  new Queue(name, {
    ...(telemetry && { telemetry }),
    connection: redis,
    prefix: keyPrefix(installation),
    skipWaitingForReady: true,
    streams: { events: { maxLen: 1000 } },
  })

const JOB_NAME = 'incident'

const dataOf = (incidentId: string): string => JSON.stringify({ schema: 1, incident_id: incidentId } satisfies JobData)

/** What a BullMQ script is called with: first its keys, then its arguments. */
export interface JobCommand {
  command: string
  arguments: (string | Buffer)[]
}

type AddArguments = Pick<RedisQueueBackend, 'addJobToTransaction' | 'keys' | 'qualifiedName'>

/** `{interlock}:normalize` is the queue of the stage `normalize`. */
const attemptsIn = ({ qualifiedName }: AddArguments): number => {
  const stage = qualifiedName.slice(qualifiedName.lastIndexOf(':') + 1)
  if (!Object.hasOwn(ATTEMPTS, stage)) throw new Error(`${qualifiedName} is not the queue of a stage`)
  return ATTEMPTS[stage as StageName]
}

const contextOf = ({ contextManager }: Telemetry): JobsOptions => ({
  telemetry: { metadata: contextManager.getMetadata(contextManager.active()) },
})

const optionsOf = (queue: AddArguments, incidentId: string): JobsOptions =>
  incidentId === HEARTBEAT_ID ? HEARTBEAT_OPTIONS : { ...JOB_OPTIONS, attempts: attemptsIn(queue) }

/** Where the arguments of an add stand behind its keys. */
const ADD_ARGUMENTS = 3

/** What BullMQ builds for the jobs of a queue that begin at once, by their priority: only who and when differ. */
const builtFor = new WeakMap<AddArguments, Map<number, JobCommand>>()

/** With these arguments BullMQ would add the job; it builds them, and hands them to nobody but this. */
const build = async (queue: AddArguments, incidentId: string, timestamp: number, opts: JobsOptions) => {
  let captured: JobCommand | undefined
  const recorder = {
    runCommand: (name: string, args: (string | Buffer)[]) => {
      captured = { command: name.slice(0, name.indexOf(':')), arguments: args }
      return incidentId
    },
  }
  const job = { id: incidentId, name: JOB_NAME, data: dataOf(incidentId), opts, timestamp }
  await queue.addJobToTransaction(
    recorder as unknown as RedisClient,
    job as unknown as JobJson,
    incidentId,
    {},
    queue.keys,
  )
  if (captured === undefined) throw new Error('BullMQ did not build the arguments of an add')
  return captured
}

/**
 * The arguments with which BullMQ would add this incident's job, not sent: they go into a script that adds the job and
 * changes the ledger in one step. `runAt` (ms) makes it a delayed job. `telemetry` has it carry the trace it is added in,
 * where BullMQ's worker looks for it. `priority` is that of `job-priority.ts`.
 */
export const addJobCommand = async (
  queue: AddArguments,
  incidentId: string,
  now: number,
  runAt = now,
  telemetry?: Telemetry,
  priority = 0,
): Promise<JobCommand> => {
  const delay = Math.max(0, runAt - now)
  const opts = () => ({
    ...optionsOf(queue, incidentId),
    ...(delay > 0 && { delay }),
    ...(priority > 0 && { priority }),
    ...(telemetry && contextOf(telemetry)),
  })
  if (delay > 0 || telemetry || incidentId === HEARTBEAT_ID) return build(queue, incidentId, now, opts())
  const built = builtFor.get(queue) ?? new Map<number, JobCommand>()
  builtFor.set(queue, built)
  const like = built.get(priority) ?? (await build(queue, incidentId, now, opts()))
  built.set(priority, like)
  const [keys, options] = [like.arguments.slice(0, -ADD_ARGUMENTS), like.arguments.at(-1) ?? '']
  const who = packArguments([queue.keys[''], incidentId, JOB_NAME, now])
  return { command: like.command, arguments: [...keys, who, dataOf(incidentId), options] }
}
