/** Heartbeats as deployed: two worker processes, each able to do everything, and each stage beats. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, expect, inject, test } from 'vitest'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'

afterEach(killAll)

test('two worker processes: every stage beats by itself, and the books know nothing of it', async () => {
  const QUEUE_PREFIX = `heartbeat-${randomUUID()}`
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX, WORKER_PORT: '0' }
  const workers = [startProcess(['worker'], env), startProcess(['worker'], env)]
  const metrics = await Promise.all(workers.map(async (worker) => `${(await worker.started()).probes}/metrics`))
  const redis = new Redis(env.REDIS_URL)
  await eventually(async () => {
    const texts = await Promise.all(metrics.map(async (url) => (await fetch(url)).text()))
    const beaten = texts.flatMap((text) => [
      ...text.matchAll(/^interlock_heartbeat_timestamp_seconds\{stage="(.+)"\} /gm),
    ])
    expect([...new Set(beaten.map(([, stage]) => stage))].sort()).toEqual([...StageName.options].sort())
    for (const text of texts) expect(text).not.toMatch(/^interlock_(jobs_\w+|verdicts|audit_records)_total\S* [^0]/m)
  })
  const ledger = new IncidentLedger(redis, QUEUE_PREFIX)
  expect(await ledger.accounting()).toEqual({})
  expect(await ledger.count()).toBe(0)
  redis.disconnect()
  for (const worker of workers) expect(await worker.stop('SIGTERM')).toMatchObject({ code: 0 })
})
