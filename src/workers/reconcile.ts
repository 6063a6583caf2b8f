/** The reconciler: finds incidents in flight that no queue has, and puts each back, or says why that cannot be done. */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { StageName } from '../shared/contracts/audit-record.ts'
import { changeTo } from '../shared/ledger/change.ts'
import { findLost, putBack, readIfReadable } from '../shared/ledger/ledger-upkeep.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { deadLetterChange } from './dead-letter.ts'
import type { StageContext } from './run-stage.ts'

/** What the pipeline itself takes up again after a crash (15 s) and what waits for its next attempt (8 s) is long back. */
const SILENT_MS = 60_000

/** How many one call looks at, and how many calls one round makes: together what a round costs at most. */
const BATCH = 1000
const BATCHES = 20

export interface Reconciler {
  redis: Redis
  queues: Readonly<Record<StageName, Queue>>
  context: StageContext
  metrics: Metrics
  log: Log
}

type Lost = Awaited<ReturnType<typeof findLost>>['lost'][number]
type Outcome = 'put_back' | 'dead_lettered' | 'unreadable' | 'moved_on'

const again = async (reconciler: Reconciler, stage: StageName, id: string): Promise<Outcome> => {
  const incident = await readIfReadable(reconciler.context.ledger, id)
  if (!incident || incident === 'unreadable') return 'unreadable'
  if (incident.status !== stage) return 'moved_on'
  const { redis, context, queues } = reconciler
  return (await putBack(redis, context.ledger.keys, queues[stage], changeTo(incident, {}))) ? 'put_back' : 'moved_on'
}

/** Of a failed job, which somebody may have written in so that BullMQ cannot read it. */
const failedReason = ({ redis, queues }: Reconciler, stage: StageName, id: string): Promise<string | null> =>
  redis.hget(queues[stage].toKey(id), 'failedReason').catch(() => null)

/** Its job failed in a way that recorded no verdict: it gets the one it should have had, and can be redriven. */
const end = async (reconciler: Reconciler, stage: StageName, id: string): Promise<Outcome> => {
  const { context } = reconciler
  const incident = await readIfReadable(context.ledger, id)
  if (!incident || incident === 'unreadable') return 'unreadable'
  const failed = await failedReason(reconciler, stage, id)
  const reason = `its job failed without a verdict: ${failed ?? 'no reason is known'}`
  const change = await deadLetterChange(stage, context, { schema: 1, incident_id: id }, reason)
  return change && (await context.ledger.apply(change, null)) ? 'dead_lettered' : 'moved_on'
}

const reconcileOne = (reconciler: Reconciler, { id, status, place }: Lost): Promise<Outcome> => {
  const stage = StageName.safeParse(status)
  if (!stage.success || place === 'unreadable') return Promise.resolve('unreadable')
  return place === 'failed' ? end(reconciler, stage.data, id) : again(reconciler, stage.data, id)
}

const LOGGED = {
  put_back: 'incident_put_back',
  dead_lettered: 'dead_lettered',
  unreadable: 'incident_unreadable',
} as const

/** One round. Safe with any number of others at the same time: each step checks in its own script what it relies on. */
export const reconcile = async (reconciler: Reconciler, silentMs = SILENT_MS): Promise<void> => {
  const { redis, context, metrics, log } = reconciler
  for (let batch = 0; batch < BATCHES; batch++) {
    const { looked, lost } = await findLost(redis, context.ledger.keys, silentMs, BATCH)
    for (const one of lost) {
      const outcome = await reconcileOne(reconciler, one)
      if (outcome === 'moved_on') continue
      metrics.reconciled.inc({ outcome })
      if (outcome === 'dead_lettered') metrics.auditRecords.inc({ event: outcome })
      log.event(LOGGED[outcome], { incident_id: one.id, queue: one.status, place: one.place })
    }
    if (looked < BATCH) return
  }
}
