/** Real traces to tamper with: deliveries accepted, decided by the three workers, and half of them resolved at last. */
import type { Redis } from 'ioredis'
import { acceptWebhook } from '../../src/producers/accept-webhook.ts'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { projectFile } from '../../src/shared/project-file.ts'
import { openQueue } from '../../src/shared/queue/stage-queues.ts'
import { grafana } from '../../src/shared/sources/grafana.ts'
import { grafanaDelivery } from '../fixtures.ts'
import { interlockEngine } from '../interlock-engine.ts'
import { runThrough } from '../measure.ts'

const CONCURRENCY = 10

/** Delivers the resolution of one of the bench's incidents, which adds a record to its trace. */
const openResolver = async (redis: Redis, installation: string) => {
  const policies = await loadPolicyFolder(projectFile('fixtures/policies'))
  const queue = openQueue('normalize', redis, installation)
  const acceptance = { ledger: new IncidentLedger(redis, installation), queue, policies: () => policies }
  return {
    resolve: async (n: number) => {
      const body = JSON.parse(grafanaDelivery(n).toString())
      body.status = 'resolved'
      Object.assign(body.alerts[0], { status: 'resolved', endsAt: '2026-05-17T12:30:00Z' })
      const raw = Buffer.from(JSON.stringify(body))
      const delivery = { request_id: `resolved-${n}`, raw, body, received_at: new Date().toISOString() }
      const [answer] = await acceptWebhook(grafana, delivery, acceptance)
      if (answer?.outcome !== 'attached' && answer?.outcome !== 'closed')
        throw new Error(`not attached: ${JSON.stringify(answer)}`)
    },
    close: () => queue.close(),
  }
}

/** `then` is awaited each time the traces have come so far, before they grow on. */
export const makeRealTraces = async (
  redis: Redis,
  installation: string,
  incidents: number,
  then: (moment: 'accepted' | 'decided' | 'half resolved') => Promise<void>,
): Promise<void> => {
  const engine = await interlockEngine(redis, installation, CONCURRENCY)
  const resolver = await openResolver(redis, installation)
  try {
    for (let n = 0; n < incidents; n++) await engine.feed(n)
    await then('accepted')
    await runThrough(engine, incidents)
    await then('decided')
    for (let n = 0; n < incidents; n += 2) await resolver.resolve(n)
    await then('half resolved')
  } finally {
    await resolver.close()
    await engine.close()
  }
}
