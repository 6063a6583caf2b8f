/** A real worker process that dies on one incident, with all it has in hand: arguments are Redis, installation and id. */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { IncidentLedger } from '../../src/shared/ledger/incident-ledger.ts'
import { loadPolicyFolder } from '../../src/shared/policy/policy-folder.ts'
import { createLog } from '../../src/shared/telemetry/log.ts'
import { createMetrics } from '../../src/shared/telemetry/metrics.ts'
import { startStageWorker } from '../../src/workers/stage-worker.ts'

const [url = '', installation = '', poison = ''] = process.argv.slice(2)
const redis = new Redis(url, { maxRetriesPerRequest: null })
const policies = await loadPolicyFolder('fixtures/policies')

/** Stands for whatever kills a process that works on it: out of memory, a fault in native code. */
let deadly = false
const die = () => process.kill(process.pid, 'SIGKILL')

/** While the deadly one is in hand, nothing else gets done. */
class SlowLedger extends IncidentLedger {
  override async read(...args: Parameters<IncidentLedger['read']>): ReturnType<IncidentLedger['read']> {
    while (deadly) await delay(20)
    return super.read(...args)
  }
}

const worker = startStageWorker('normalize', {
  redis,
  installation,
  concurrency: 4,
  context: {
    ledger: new SlowLedger(redis, installation),
    policies: () => policies,
    now: () => {
      if (deadly) die()
      return new Date().toISOString()
    },
    actor: `worker:${process.pid}`,
  },
  metrics: createMetrics('test'),
  log: createLog('test', 'silent'),
})
worker.on('active', async ({ id, deferredFailure }) => {
  if (id !== poison || deferredFailure) return
  deadly = true
  await delay(300)
  // It may have been told to come back later, instead of being worked on.
  deadly = (await redis.zscore(`{${installation}}:normalize:delayed`, poison)) === null
  if (deadly) die()
})
