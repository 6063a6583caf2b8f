/** The real pipeline in the bench's process: webhooks accepted as the API does, three stage workers as in production. */
import type { Redis } from 'ioredis'
import { acceptWebhook } from '../src/producers/accept-webhook.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { projectFile } from '../src/shared/project-file.ts'
import { openQueue } from '../src/shared/queue/stage-queues.ts'
import { grafana } from '../src/shared/sources/grafana.ts'
import { createLog } from '../src/shared/telemetry/log.ts'
import { createMetrics } from '../src/shared/telemetry/metrics.ts'
import { PIPELINE } from '../src/workers/pipeline.ts'
import { startStageWorker } from '../src/workers/stage-worker.ts'
import { grafanaDelivery } from './fixtures.ts'

export const interlockEngine = async (redis: Redis, installation: string, concurrency: number) => {
  const policies = await loadPolicyFolder(projectFile('fixtures/policies'))
  const ledger = new IncidentLedger(redis, installation)
  const queue = openQueue('normalize', redis, installation)
  const numbers = new Map<string, number>()
  return {
    feed: async (n: number) => {
      const raw = grafanaDelivery(n)
      const delivery = {
        request_id: `bench-${n}`,
        raw,
        read: () => JSON.parse(raw.toString()),
        received_at: new Date().toISOString(),
      }
      const [answer] = await acceptWebhook(grafana, delivery, { ledger, queue, policies: () => policies })
      if (answer?.outcome !== 'accepted' || !answer.incident_id)
        throw new Error(`not accepted: ${JSON.stringify(answer)}`)
      numbers.set(answer.incident_id, n)
    },
    start: (onDone: (n: number) => void) => {
      const settings = {
        redis,
        installation,
        concurrency,
        context: { ledger, policies: () => policies, now: () => new Date().toISOString(), actor: 'worker:bench' },
        metrics: createMetrics('bench'),
        log: createLog('bench', 'silent'),
      }
      const workers = PIPELINE.map(({ name }) => startStageWorker(name, settings))
      workers.at(-1)?.on('completed', (job) => onDone(numbers.get(job.id ?? '') ?? -1))
      return async () => {
        await Promise.all(workers.map((worker) => worker.close()))
      }
    },
    close: () => queue.close(),
  }
}
