/** A fleet-wide budget, with processes as they are deployed: one API, four workers, and fifty incidents at the same moment. */
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../src/shared/queue/redis.ts'
import { grafanaDelivery } from './support/faults.ts'
import { fixturePath } from './support/fixture.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'

afterEach(killAll)

const INCIDENTS = 50
const LIMIT = 2

/** The shipped policies, without the first-run review, and with this budget. */
const policiesWithBudget = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock budget '))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(fixturePath('policies'), folder, { recursive: true })
  const budget = `{scope: service, limit: ${LIMIT}, window: 1h}`
  await writeFile(join(folder, 'settings.yaml'), `budgets: [${budget}]\n`)
  const card = join(folder, 'high_memory_usage/readiness.yaml')
  await writeFile(card, (await readFile(card, 'utf8')).replace('first_run: true', 'first_run: false'))
  return folder
}

test(`4 worker processes let ${LIMIT} of ${INCIDENTS} simultaneous incidents pass, and each says why not`, {
  timeout: 180_000,
}, async () => {
  const env = {
    ...{ REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `budget-${randomUUID()}`, PORT: '0', WORKER_PORT: '0' },
    // So few at once that no worker can take all of them.
    ...{ WORKER_CONCURRENCY: '5', POLICY_DIR: await policiesWithBudget() },
  }
  const workers = Array.from({ length: 4 }, () => startProcess(['worker'], env))
  const { address } = await startProcess(['serve'], env).started()
  for (const worker of workers) await worker.started()
  // As senders do: what a slow machine kept from being taken is sent again.
  const send = (n: number) =>
    eventually(async () => {
      const { status } = await fetch(`${address}/webhooks/grafana`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(grafanaDelivery({ fault: `${env.QUEUE_PREFIX}-${n}` })),
      })
      expect([200, 202]).toContain(status)
    })
  await Promise.all(Array.from({ length: INCIDENTS }, (_, n) => send(n)))

  const redis = connectProducer(env.REDIS_URL, 20_000)
  onTestFinished(() => redis.disconnect())
  await whenReady(redis)
  const ledger = new IncidentLedger(redis, env.QUEUE_PREFIX)
  const verdicts = { in_flight: 0, 'verdict:dry_run_passed': LIMIT, 'verdict:blocked': INCIDENTS - LIMIT }
  await eventually(async () => expect(await ledger.accounting()).toMatchObject(verdicts))
  expect(imbalance(await ledger.accounting())).toBe(0)
  const decidedBy = new Set<string>()
  for (const { id } of await ledger.idsAfter(null, INCIDENTS)) {
    const read = await ledger.read(id)
    if (!read) throw new Error(id)
    expect(verifyChain(read.trace, read.incident).problem).toBeNull()
    for (const { stage, actor } of read.trace) if (stage === 'readiness') decidedBy.add(actor)
    if (read.incident.status === 'dry_run_passed') continue
    expect(read.incident.verdict?.blockers).toEqual([
      { code: 'blast_radius_budget_exhausted', message: expect.stringMatching(/^2 of 2 passes in 1h used/) },
    ])
  }
  // Otherwise one worker alone has held it, and that is no proof.
  expect(decidedBy.size).toBeGreaterThan(1)
})
