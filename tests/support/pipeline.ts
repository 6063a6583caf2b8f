/** One installation in a test's own process: alerts accepted as the API does, stage workers as in production. */
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { expect, onTestFinished } from 'vitest'
import { acceptWebhook } from '../../src/producers/accept-webhook.ts'
import type { StageName } from '../../src/shared/contracts/audit-record.ts'
import { imbalance } from '../../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { openQueue } from '../../src/shared/queue/stage-queues.ts'
import { grafana } from '../../src/shared/sources/grafana.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { startStageWorker } from '../../src/workers/stage-worker.ts'
import { fixturePath } from './fixture.ts'

/** Everything it opens is closed when the test is over. */
export const openPipeline = async (redis: Redis, installation: string) => {
  const policies = await loadPolicyFolder('fixtures/policies')
  const ledger = new IncidentLedger(redis, installation)
  const queue = (stage: StageName) => {
    const opened = openQueue(stage, redis, installation)
    onTestFinished(() => opened.close())
    return opened
  }
  const queues = { normalize: queue('normalize'), readiness: queue('readiness'), 'dry-run': queue('dry-run') }
  const context = { ledger, policies: () => policies, now: () => new Date().toISOString(), actor: 'worker:test' }
  const log = createLog('test', 'silent')
  const metrics = createMetrics('test')
  return {
    ...{ redis, ledger, queues, context, metrics, log },
    work: (stage: StageName, concurrency = 1) => {
      const worker = startStageWorker(stage, { redis, installation, concurrency, context, metrics, log })
      onTestFinished(() => worker.close())
      return worker
    },
    /** Fails unless every alert is in exactly one place and the incidents in flight are those that are open. */
    balanced: async () => {
      const { counters, open } = await ledger.books()
      expect({ imbalance: imbalance(counters), open }).toEqual({ imbalance: 0, open: counters.in_flight ?? 0 })
    },
    /** The real Grafana payload, about a pod of its own for each name; `labels` go over its own. Returns the incident's id. */
    accept: async (pod = 'appointments-api-7c4d6f8b9-xq2lp', labels: Record<string, string> = {}): Promise<string> => {
      const text = readFileSync(fixturePath('webhooks/grafana/firing.single.raw.json'), 'utf8')
      const body = JSON.parse(text)
      const [alert] = body.alerts
      Object.assign(alert.labels, { pod, ...labels })
      alert.fingerprint = Buffer.from(pod).toString('hex').padEnd(16, '0')
      const delivery = {
        request_id: pod,
        raw: Buffer.from(text),
        read: () => body,
        received_at: new Date().toISOString(),
      }
      const [answer] = await acceptWebhook(grafana, delivery, {
        ledger,
        queue: queues.normalize,
        policies: () => policies,
      })
      return answer?.incident_id ?? ''
    },
  }
}
