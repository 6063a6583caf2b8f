/** The load of a stop run: an installation with worker processes, fed with incidents a stop covers and others it does not. */
import type { Redis } from 'ioredis'
import { startInterlock } from '../src/cli/demo/interlock-process.ts'
import { acceptWebhook } from '../src/producers/accept-webhook.ts'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { environmentWith } from '../src/shared/config.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../src/shared/policy/policy-folder.ts'
import { projectFile } from '../src/shared/project-file.ts'
import { openQueue } from '../src/shared/queue/stage-queues.ts'
import { grafana } from '../src/shared/sources/grafana.ts'
import { grafanaDelivery } from './fixtures.ts'

/** Another class on another service with another action: no scope of a run but `global` covers it. */
const OTHER = { alertname: 'high_cpu_usage', service: 'orders-db' }

const WAYS: Record<'covered' | 'other', string> = {
  covered:
    'awaiting_review: webhook_received incident_event_normalized spec_resolved readiness_evaluated dry_run_evaluated review_requested',
  other: 'blocked: webhook_received incident_event_normalized spec_resolved readiness_evaluated',
}

export const openLoad = async (redis: Redis, url: string, installation: string) => {
  const policies = await loadPolicyFolder(projectFile('fixtures/policies'))
  const ledger = new IncidentLedger(redis, installation)
  const queue = openQueue('normalize', redis, installation)
  const env = environmentWith({
    REDIS_URL: url,
    QUEUE_PREFIX: installation,
    WORKER_PORT: '0',
    LOG_LEVEL: 'info',
    POLICY_DIR: projectFile('fixtures/policies'),
  })
  const ids = new Map<string, 'covered' | 'other'>()
  let fed = 0
  return {
    ledger,
    ids,
    /** Every second one is of the other kind. */
    feed: async () => {
      const n = fed++
      const kind = n % 2 === 0 ? 'covered' : 'other'
      const raw = grafanaDelivery(n, kind === 'other' ? OTHER : {})
      const now = new Date().toISOString()
      const delivery = { request_id: `stop-${n}`, raw, read: () => JSON.parse(raw.toString()), received_at: now }
      const [answer] = await acceptWebhook(grafana, delivery, { ledger, queue, policies: () => policies })
      ids.set(answer?.incident_id ?? '', kind)
    },
    /** Resolves when it works. */
    startWorker: () => startInterlock(['worker'], env, new AbortController().signal),
    /** What is not as it would be without the stop: every incident has one verdict, by the one way of its kind. */
    wrong: async (): Promise<string[]> => {
      const found = await Promise.all(
        [...ids].map(async ([id, kind]) => {
          const read = await ledger.read(id, 'none')
          if (!read || !verifyChain(read.trace, read.incident).intact) return [`${id} is not intact`]
          const events = read.trace.map(({ event }) => event).filter((event) => event !== 'kill_switch_blocked')
          const way = `${read.incident.status}: ${events.join(' ')}`
          return way === WAYS[kind] ? [] : [`${id} ${way}`]
        }),
      )
      return found.flat()
    },
    close: () => queue.close(),
  }
}

export type Load = Awaited<ReturnType<typeof openLoad>>
