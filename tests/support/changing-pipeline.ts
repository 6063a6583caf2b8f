/** The whole pipeline in a test's process, under policies and a clock that the test changes as it goes. */
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import { derivedFiles } from '../../src/cli/evidence/derived-files.ts'
import { unpackIncident } from '../../src/cli/evidence/packed-incident.ts'
import { verifyChain } from '../../src/shared/audit/verify-chain.ts'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import type { Incident } from '../../src/shared/contracts/incident.ts'
import type { PolicySet } from '../../src/shared/contracts/policy.ts'
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { readStored, type StoredIncident } from '../../src/shared/ledger/stored-incident.ts'
import { connectWorker } from '../../src/shared/queue/redis.ts'
import { openQueue } from '../../src/shared/queue/stage-queues.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import type { Prometheus } from '../../src/workers/facts/prometheus.ts'
import { redrive } from '../../src/workers/redrive.ts'
import { replayIncident } from '../../src/workers/replay/replay-incident.ts'
import { openExpiries } from '../../src/workers/review/expiry-job.ts'
import { startStageWorker } from '../../src/workers/stage-worker.ts'
import { openApi } from './api.ts'
import { grafanaDelivery, pagerdutyDelivery } from './faults.ts'
import { eventually } from './processes.ts'

/** An evidence package of it decides again, without Redis, as was decided. */
const provesAnywhere = (stored: StoredIncident) => {
  const { files } = derivedFiles(stored, new Map())
  const unpacked = unpackIncident(files).stored
  expect(derivedFiles(unpacked, new Map()).files).toEqual(files)
  expect(replayIncident(unpacked)).toMatchObject({ outcome: 'identical', differences: [] })
}

/** Everything it opens is closed when the test is over. */
export const openChanging = async (redisUrl: string, start: PolicySet, facts: { prometheus?: Prometheus } = {}) => {
  const installation = `changing-${randomUUID()}`
  let policies = start
  let skew = 0
  const current = () => policies
  const redis = connectWorker(redisUrl)
  onTestFinished(() => redis.disconnect())
  const api = await openApi(redisUrl, installation, current, facts)
  onTestFinished(() => api.close())
  const { ledger } = api
  const now = () => new Date(Date.now() + skew).toISOString()
  const log = createLog('test', 'silent')
  const expiries = openExpiries(redis, installation, current, log)
  onTestFinished(() => expiries.close())
  const context = { ledger, policies: current, now, actor: 'worker:test', ...facts }
  const settings = { redis, installation, concurrency: 10, context, metrics: createMetrics('test'), log, expiries }

  const startWorker = (stage: StageName, own = settings) => {
    const worker = startStageWorker(stage, own)
    onTestFinished(() => worker.close())
  }
  const read = async (id: string): Promise<Incident> => {
    const incident = await ledger.readRecord(id)
    if (!incident) throw new Error(`there is no incident ${id}`)
    return incident
  }
  const status = async (id: string) => (await read(id)).status
  const becomes = (id: string, wanted: string) => eventually(async () => expect(await status(id)).toBe(wanted))
  let sent = 0
  const faults = new Map<string, { fault: string }>()
  const send = async (): Promise<string> => {
    const fault = { fault: `${installation}-${++sent}` }
    // As senders do: what a slow Redis kept from being taken is sent again.
    const incident_id = await eventually(async () => {
      const { status, body } = await api.post('/webhooks/grafana', grafanaDelivery(fault))
      if (status >= 500) throw new Error(`the delivery was answered ${status}`)
      return body.incidents[0].incident_id as string
    })
    faults.set(incident_id, fault)
    return incident_id
  }
  return {
    ...{ ...api, redis, installation, context, settings, status, becomes, send },
    /** All stages, or these, over one connection. */
    work: (...stages: StageName[]) => {
      for (const stage of stages.length > 0 ? stages : StageName.options) startWorker(stage)
    },
    /** As many processes would: each with its own connection and its own ledger. */
    workApart: (workers: number) => {
      for (let n = 0; n < workers; n++) {
        const own = connectWorker(redisUrl)
        onTestFinished(() => own.disconnect())
        const apart = {
          ...settings,
          redis: own,
          context: { ...context, ledger: new IncidentLedger(own, installation) },
        }
        for (const stage of StageName.options) startWorker(stage, apart)
      }
    },
    become: (next: PolicySet) => {
      policies = next
    },
    /** The clock of this process goes ahead of that of Redis. */
    later: (ms: number) => {
      skew = ms
    },
    /** Sends a fault of its own and waits until its incident is there. */
    deliver: async (wanted = 'awaiting_review') => {
      const id = await send()
      await becomes(id, wanted)
      return id
    },
    /** The incident once it has a verdict. */
    ended: (id: string) =>
      eventually(async () => {
        const incident = await read(id)
        if (!incident.verdict) throw new Error(`${id} is in ${incident.status}`)
        return incident
      }),
    /** Its source says that it is over. */
    resolve: (id: string) => {
      const over = { status: 'resolved', endsAt: '2026-05-17T11:50:00Z' }
      return api.post('/webhooks/grafana', grafanaDelivery(faults.get(id) ?? { fault: id }, over))
    },
    /** A page says that it is about another service. */
    contradict: (id: string) =>
      api.post(
        '/webhooks/pagerduty',
        pagerdutyDelivery(faults.get(id) ?? { fault: id }, { service: { summary: 'billing-api' } }),
      ),
    digestOf: async (id: string) => (await api.get(`/incidents/${id}`)).body.stages['dry-run'].plan_digest,
    review: (id: string, plan_digest: string | null, more: object = {}) =>
      api.post(`/incidents/${id}/review`, { decision: 'approve', by: 'anna', reason: 'seen', plan_digest, ...more }),
    /** The incidents that hold a share of a budget, and the scopes of which an incident holds one. */
    held: (scope: string) => redis.zrange(`${ledger.keys.prefix}shares:${scope}`, 0, '-1'),
    scopes: (id: string) => redis.hget(ledger.keys.incident(id), 'shares'),
    waiting: () => ledger.reviews.waiting(10),
    /** Has a dead letter taken up again, by anna. */
    redrive: async (id: string) => {
      const open = (stage: StageName) => {
        const queue = openQueue(stage, redis, installation)
        onTestFinished(() => queue.close())
        return queue
      }
      const queues = { normalize: open('normalize'), readiness: open('readiness'), 'dry-run': open('dry-run') }
      await redrive({ redis, ledger, queues }, id, { by: 'anna', via: 'command_line', reason: 'mended', at: now() })
    },
    /** Makes the recorded decision of a stage unreadable; what is returned mends it. */
    damage: async (id: string, stage: StageName) => {
      const [key, field] = [ledger.keys.incident(id), `decision:${stage}`]
      const kept = (await redis.hget(key, field)) ?? ''
      await redis.hset(key, field, '{}\n{}\n{"changed":true}')
      return () => redis.hset(key, field, kept)
    },
    /** As if the incident had waited so much longer for its person, by the clock of Redis. */
    waitedLonger: (id: string, ms: number) => redis.zincrby(ledger.keys.reviews, -ms, id),
    trace: async (id: string) => {
      const found = await ledger.read(id)
      if (!found) throw new Error(id)
      expect(verifyChain(found.trace, found.incident).problem).toBeNull()
      return found.trace
    },
    /** Every decision gives the same bytes again, here and from an evidence package, and every alert is in one place. */
    sound: async (id: string) => {
      const stored = await readStored(redis, ledger.keys, id)
      if (!stored) throw new Error(`there is no incident ${id}`)
      const { outcome, differences } = replayIncident(stored)
      expect({ outcome, differences }).toEqual({ outcome: 'identical', differences: [] })
      if (stored.incident.verdict) provesAnywhere(stored)
      const { counters, open } = await ledger.books()
      expect({ imbalance: imbalance(counters), open }).toEqual({ imbalance: 0, open: counters.in_flight ?? 0 })
    },
  }
}
export type Changing = Awaited<ReturnType<typeof openChanging>>
