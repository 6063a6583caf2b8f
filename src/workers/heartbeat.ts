/**
 * The heartbeat: a synthetic incident that every stage takes from its queue, looks up, and commits with the very script that
 * real ones are committed with, hand-off to the next stage included. It shows that a stage takes work and finishes it. It
 * decides nothing and is counted nowhere: no class, no policy, no plan and no person ever has to do with it.
 */
import type { Queue } from 'bullmq'
import type { StageName } from '../shared/contracts/audit-record.ts'
import type { JobData } from '../shared/contracts/job.ts'
import { packChange } from '../shared/ledger/change.ts'
import { HEARTBEAT_ID } from '../shared/ledger/heartbeat-id.ts'
import { Handoff } from '../shared/queue/handoff.ts'
import { HEARTBEAT_OPTIONS } from '../shared/queue/stage-queues.ts'
import { stageAfter } from './pipeline.ts'
import type { StageContext, StageSummary } from './run-stage.ts'

export const isHeartbeat = (job: { id?: string | undefined } | undefined): boolean => job?.id === HEARTBEAT_ID

/**
 * One for every stage, so that a stage that stands still takes the beat of no other with it. There is at most one in a
 * queue: where the last one still waits, this adds none.
 */
export const sendHeartbeats = async (queues: Readonly<Record<StageName, Queue>>): Promise<void> => {
  const data = { schema: 1, incident_id: HEARTBEAT_ID } satisfies JobData
  await Promise.all(
    Object.values(queues).map((queue) => queue.add('incident', data, { ...HEARTBEAT_OPTIONS, jobId: HEARTBEAT_ID })),
  )
}

/** A stage's part of it. In the ledger it leaves the time in one hash that is in no index; `expected_head`: it has no trace. */
export const beat = async (stage: StageName, { ledger, now }: StageContext): Promise<Handoff<StageSummary>> => {
  await ledger.read(HEARTBEAT_ID, 'none')
  const change = packChange({
    incident_id: HEARTBEAT_ID,
    expected_head: null,
    listed_at: null,
    repeats: 0,
    unchanged: [],
    listed_under: [],
    records: [],
    fields: { [stage]: now() },
    counts: {},
  })
  const committed = {
    // No scopes: it lets nothing pass that an emergency stop could be about.
    commit: { incident_id: HEARTBEAT_ID, next: stageAfter(stage), terms: null, scopes: [], shares: '', change },
    summary: { incident_id: HEARTBEAT_ID, outcome: 'skipped' as const, reason: 'heartbeat' },
  }
  return new Handoff<StageSummary>(committed, async () => committed)
}
