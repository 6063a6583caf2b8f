/** When each round of upkeep is due, by BullMQ's job schedulers; and that they stay, whoever removes a job or a queue. */
import type { Queue } from 'bullmq'

/** By pattern, since schedulers by interval are not safe with several replicas. Second, minute, hour, … */
const PATTERNS = {
  reconcile: '*/30 * * * * *',
  prune: '15 * * * * *',
  expire: '20 * * * * *',
  heartbeat: '5,35 * * * * *',
  verify: '45 * * * * *',
} as const
type Round = keyof typeof PATTERNS
const ROUNDS = Object.keys(PATTERNS) as Round[]

const OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true }
const LOOK_MS = 60_000
/** No round is ever due later than in a minute: by then a worker made it so whose clock is ahead. */
const FURTHEST_MS = 120_000

const schedule = (upkeep: Queue, name: Round) =>
  upkeep.upsertJobScheduler(name, { pattern: PATTERNS[name] }, { name, data: {}, opts: OPTIONS })

/** A round begins by adding the next one: without a job that is due soon, none would ever begin again. */
const isDue = async (upkeep: Queue, name: Round): Promise<boolean> => {
  const { next } = (await upkeep.getJobScheduler(name)) ?? {}
  if (!next || next > Date.now() + FURTHEST_MS) return false
  const id = `repeat:${name}:${next}`
  return (await upkeep.getJob(id)) !== undefined && (await upkeep.getJobState(id)) !== 'unknown'
}

/**
 * Schedules all rounds, and from then on those that are found to be due no more. Only those: to schedule a round anew takes
 * away the one that waits for its turn. Returns what ends it.
 */
export const keepRounds = async (
  upkeep: Queue,
  onError: (error: unknown) => void,
  lookMs = LOOK_MS,
): Promise<() => void> => {
  for (const name of ROUNDS) await schedule(upkeep, name)
  let timer: NodeJS.Timeout
  let ended = false
  const look = async () => {
    for (const name of ROUNDS) if (!(await isDue(upkeep, name))) await schedule(upkeep, name)
  }
  const lookLater = () => {
    if (ended) return
    timer = setTimeout(() => void look().catch(onError).finally(lookLater), lookMs)
  }
  lookLater()
  return () => {
    ended = true
    clearTimeout(timer)
  }
}
