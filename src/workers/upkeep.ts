/** Upkeep: what every worker process offers to do from time to time and one of them does, by BullMQ's job schedulers. */
import { type Job, Worker } from 'bullmq'
import type { StageName } from '../shared/contracts/audit-record.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { pruneEnded } from '../shared/ledger/ledger-upkeep.ts'
import { keyPrefix, openQueue, UPKEEP_QUEUE } from '../shared/queue/stage-queues.ts'
import { sendHeartbeats } from './heartbeat.ts'
import { keepRounds } from './keep-rounds.ts'
import { type Reconciler, reconcile } from './reconcile.ts'
import { expireDue, expireOne } from './review/expire-review.ts'
import { EXPIRY } from './review/expiry-job.ts'
import type { WorkerSettings } from './stage-worker.ts'
import { verifyChains } from './verify-chains.ts'

/** What one call removes, which holds up Redis for some ms, and what a round does: 200 a second keep pace with the target. */
const PRUNE_BATCH = 100
const PRUNE_BATCHES = 200

const prune = async ({ redis, context, log }: Reconciler, retentionMs: number): Promise<void> => {
  let pruned = 0
  for (let batch = 0; batch < PRUNE_BATCHES; batch++) {
    crashPoint('prune:before')
    const count = await pruneEnded(redis, context.ledger.keys, retentionMs, PRUNE_BATCH)
    crashPoint('prune:after')
    pruned += count
    if (count < PRUNE_BATCH) break
  }
  if (pruned > 0) log.event('incidents_pruned', { count: pruned })
}

/** As long as an ended incident: what is taken again by then finds all that the same delivery brought. */
const pruneQuarantine = async ({ context, metrics, log }: Reconciler, retentionMs: number): Promise<void> => {
  const count = await context.ledger.quarantine.prune(retentionMs)
  if (count === 0) return
  metrics.quarantineDropped.inc({ reason: 'expired' }, count)
  log.event('quarantine_pruned', { count })
}

const noteExpired = (ids: readonly string[], { metrics, log }: Reconciler): void => {
  for (const incident_id of ids) {
    metrics.verdicts.inc({ verdict: 'expired' })
    metrics.auditRecords.inc({ event: 'review_expired' })
    log.event('review_expired', { incident_id })
  }
}

/** A round that fails is not tried again: the next one comes by itself. Closes what it opened with the worker. */
export const startUpkeep = async (settings: WorkerSettings, retentionMs: number): Promise<Worker> => {
  const { redis, installation, log } = settings
  const open = (name: StageName | typeof UPKEEP_QUEUE) => {
    const queue = openQueue(name, redis, installation)
    queue.on('error', (err) => log.event('redis_error', { queue: name, err }))
    return queue
  }
  const upkeep = open(UPKEEP_QUEUE)
  const queues = { normalize: open('normalize'), readiness: open('readiness'), 'dry-run': open('dry-run') }
  const reconciler = { ...settings, queues }
  const rounds: Record<string, (job: Job) => Promise<void>> = {
    reconcile: () => reconcile(reconciler),
    prune: async () => {
      await prune(reconciler, retentionMs)
      await pruneQuarantine(reconciler, retentionMs)
    },
    heartbeat: () => sendHeartbeats(queues),
    verify: () => verifyChains(redis, settings.context.ledger, log),
    expire: async () => noteExpired(await expireDue(settings.context), reconciler),
    [EXPIRY]: async ({ data: { incident_id } }) => {
      if (await expireOne(settings.context, incident_id)) noteExpired([incident_id], reconciler)
    },
  }
  const worker = new Worker(UPKEEP_QUEUE, (job) => rounds[job.name]?.(job) ?? Promise.resolve(), {
    connection: redis,
    prefix: keyPrefix(installation),
  })
  worker.on('error', (err) => log.event('redis_error', { queue: UPKEEP_QUEUE, err }))
  worker.on('failed', (job, err) => log.event('upkeep_failed', { round: job?.name, err }))
  const endRounds = await keepRounds(upkeep, (err) => log.event('redis_error', { queue: UPKEEP_QUEUE, err }))
  worker.on('closing', endRounds)
  worker.on('closed', () => void Promise.all([upkeep, ...Object.values(queues)].map((queue) => queue.close())))
  return worker
}
