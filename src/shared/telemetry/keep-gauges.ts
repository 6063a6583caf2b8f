/** Every gauge that is read from Redis, in every process: each reading by itself, so that one that fails drops no other. */
import type { Redis } from 'ioredis'
import type { IncidentLedger } from '../ledger/incident-ledger.ts'
import type { Metrics } from './metrics.ts'
import { sampleAccounting } from './sample-accounting.ts'
import { sampleQuarantine } from './sample-quarantine.ts'
import { watchStops } from './sample-stops.ts'
import { watchInstallation } from './watch-installation.ts'
import { watchRedis } from './watch-redis.ts'

/** Returns what ends it. */
export const keepGauges = (
  redis: Redis,
  ledger: IncidentLedger,
  role: 'api' | 'worker',
  metrics: Metrics,
): (() => void) => {
  const ends = [
    sampleAccounting(ledger, metrics.accountingImbalance),
    sampleQuarantine(ledger.quarantine, metrics.quarantineEntries),
    watchStops(ledger.stops, metrics),
    watchInstallation(redis, ledger.keys, metrics),
    watchRedis(redis, role, metrics),
  ]
  return () => {
    for (const end of ends) end()
  }
}
