/** Takes dead-lettered incidents up again at the stage that failed: verdict, accounting and job in one script. */
import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { chain, contentDigests } from '../shared/audit/record.ts'
import { StageName } from '../shared/contracts/audit-record.ts'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import type { Incident, IncidentStatus } from '../shared/contracts/incident.ts'
import type { Means } from '../shared/contracts/stop.ts'
import { isOver } from '../shared/incident/occurrence.ts'
import { changeTo, type LedgerChange } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { putBack, readIfReadable } from '../shared/ledger/ledger-upkeep.ts'

/** Who has it taken up again, how that is known, and why: all of it stands in the audit trace. */
export interface RedriveOrder {
  by: string
  via: Means
  reason: string
  /** RFC 3339 with milliseconds. */
  at: string
}

export interface RedriveSettings {
  redis: Redis
  ledger: IncidentLedger
  queues: Readonly<Record<StageName, Queue>>
}

export type Redriven =
  | { outcome: 'redriven'; stage: StageName }
  /** Nothing to do: it is in flight, taken up by somebody else perhaps, or it ended otherwise. */
  | { outcome: 'not_dead_lettered'; status: IncidentStatus }
  /** `resolved`: its sources say that it is over, and nothing resolved is ever dry-run. */
  | { outcome: 'resolved' | 'unknown' | 'unreadable' }

const changeOf = (incident: Incident, stage: StageName, { by, via, reason, at }: RedriveOrder): LedgerChange => {
  const { incident_id, verdict } = incident
  const linked = chain(incident, [
    {
      at,
      incident_id,
      event: 'redriven',
      stage,
      actor: `operator:${by}`,
      ...contentDigests(verdict, { status: stage }, { by, via, reason, verdict }),
      decision_diff: { status: ['dead_lettered', stage], reason: [null, reason], via: [null, via] },
      policy_digest: null,
    },
  ])
  return changeTo(incident, {
    records: linked.records,
    fields: toFields({ status: stage, verdict: null, ...linked.head }),
    counts: { in_flight: 1, 'verdict:dead_lettered': -1 },
  })
}

/** Once, however many ask for it at the same time. Throws when others write to it at every try. */
export const redrive = async (settings: RedriveSettings, id: string, order: RedriveOrder): Promise<Redriven> => {
  const { redis, ledger, queues } = settings
  for (let tries = 0; tries < 10; tries++) {
    const incident = await readIfReadable(ledger, id)
    if (incident === null) return { outcome: 'unknown' }
    if (incident === 'unreadable') return { outcome: incident }
    const stage = StageName.safeParse(incident.verdict?.stage)
    if (incident.status !== 'dead_lettered' || !stage.success)
      return { outcome: 'not_dead_lettered', status: incident.status }
    if (isOver(incident.sightings)) return { outcome: 'resolved' }
    if (await putBack(redis, ledger.keys, queues[stage.data], changeOf(incident, stage.data, order)))
      return { outcome: 'redriven', stage: stage.data }
  }
  throw new Error(`incident ${id} is written to by too many at once: try again`)
}

/** How many failed jobs are looked at in one step. */
const BATCH = 100

/**
 * All that were dead-lettered in a queue until now, a batch at a time: what fails again meanwhile is left for another
 * time. Yields after each batch what became of it.
 */
export async function* redriveQueue(settings: RedriveSettings, stage: StageName, order: RedriveOrder) {
  const failed = settings.queues[stage].toKey('failed')
  const began = Date.parse(order.at)
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const [next, reply]: [string, string[]] = await settings.redis.zscan(failed, cursor, 'COUNT', BATCH)
    const batch: { id: string; redriven: Redriven }[] = []
    for (let i = 0; i + 1 < reply.length; i += 2) {
      const [id = '', failedAt] = [reply[i], Number(reply[i + 1])]
      if (failedAt > began || !IncidentId.safeParse(id).success) continue
      batch.push({ id, redriven: await redrive(settings, id, order) })
    }
    yield batch
    cursor = next === '0' ? null : next
  }
}
