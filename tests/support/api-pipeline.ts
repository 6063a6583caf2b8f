/** The whole pipeline in the test's process: the webhook API and the workers it is told to start, on one installation. */
import { Redis } from 'ioredis'
import type { Door } from '../../src/producers/door/verify-delivery.ts'
import type { Authenticate } from '../../src/producers/operators/operator-scope.ts'
import type { StageName } from '../../src/shared/contracts/audit-record.ts'
import type { PolicySet } from '../../src/shared/contracts/policy.ts'
import { readStored, type StoredIncident } from '../../src/shared/ledger/stored-incident.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { startStageWorker } from '../../src/workers/stage-worker.ts'
import { type Api, openApi } from './api.ts'

export interface Pipeline extends Api {
  /** For workers: its commands wait for the connection. */
  redis: Redis
  policies: PolicySet
  work(...stages: StageName[]): void
  /** The API's address. */
  listen(): Promise<string>
  /** Throws when there is no such incident. */
  stored(id: string): Promise<StoredIncident>
}

export const openPipeline = async (
  redisUrl: string,
  installation: string,
  policyDir: string,
  door?: Door,
  authenticate?: Authenticate,
): Promise<Pipeline> => {
  const policies = await loadPolicyFolder(policyDir)
  const api = await openApi(redisUrl, installation, policies, {}, door, authenticate)
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const { ledger } = api
  const workers: { close(): Promise<unknown> }[] = []
  return {
    ...api,
    redis,
    policies,
    work: (...stages) => {
      const context = { ledger, policies: () => policies, now: () => new Date().toISOString(), actor: 'worker:test' }
      const log = createLog('test', 'silent')
      const settings = { redis, installation, concurrency: 5, context, metrics: createMetrics('test'), log }
      workers.push(...stages.map((stage) => startStageWorker(stage, settings)))
    },
    listen: () => api.server.listen({ host: '127.0.0.1', port: 0 }),
    stored: async (id) => {
      const stored = await readStored(redis, ledger.keys, id)
      if (!stored) throw new Error(`there is no incident ${id}`)
      return stored
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
      await api.close()
      redis.disconnect()
    },
  }
}
