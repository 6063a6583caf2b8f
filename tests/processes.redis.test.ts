/** The real processes together: API and workers as they are deployed, stopped, started wrongly, and killed. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { verifyChain } from '../src/shared/audit/verify-chain.ts'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import { imbalance } from '../src/shared/ledger/accounting.ts'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { connectProducer, whenReady } from '../src/shared/queue/redis.ts'
import { openQueue } from '../src/shared/queue/stage-queues.ts'
import { grafanaDelivery } from './support/faults.ts'
import { fixturePath } from './support/fixture.ts'
import { PASSED_EVENTS } from './support/passed-events.ts'
import { eventually, type InterlockProcess, isGone, killAll, startProcess } from './support/processes.ts'

const MINUTES = 60_000

/** One installation of its own: processes are started into it, and its ledger is read as it is in Redis. */
const openInstallation = async () => {
  const env = {
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `processes-${randomUUID()}`,
    PORT: '0',
    WORKER_PORT: '0',
    POLICY_DIR: 'fixtures/policies',
  }
  const redis = connectProducer(env.REDIS_URL, 20_000)
  redis.on('error', () => {})
  opened.push(() => redis.disconnect())
  await whenReady(redis)
  const ledger = new IncidentLedger(redis, env.QUEUE_PREFIX)
  return {
    ledger,
    start: (args: readonly string[], more: Record<string, string> = {}) => startProcess(args, { ...env, ...more }),
    jobs: () => Promise.all(StageName.options.map((stage) => openQueue(stage, redis, env.QUEUE_PREFIX).getJobCounts())),
    /** Waits until every incident has a verdict, and returns them all. */
    verdicts: async (count: number) => {
      await eventually(async () => {
        expect(await ledger.accounting()).toMatchObject({ in_flight: 0 })
      })
      const listed = await ledger.idsAfter(null, 10_000)
      expect(listed).toHaveLength(count)
      const { in_flight, ...places } = await ledger.accounting()
      expect(imbalance(places)).toBe(0)
      return Promise.all(
        listed.map(async ({ id }) => {
          const read = await ledger.read(id)
          if (!read) throw new Error(`${id} is listed and not there`)
          expect(verifyChain(read.trace, read.incident).problem).toBeNull()
          return { ...read.incident, events: read.trace.map(({ event }) => event) }
        }),
      )
    },
  }
}

const opened: (() => void)[] = []
afterEach(() => {
  killAll()
  for (const close of opened.splice(0)) close()
})

const deliver = async (api: InterlockProcess, source: string, body: string | Buffer) => {
  const { address } = await api.started()
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${address}/webhooks/${source}`, {
    method: 'POST',
    headers,
    body: new Uint8Array(Buffer.from(body)),
  })
  return {
    status: response.status,
    body: (await response.json()) as { incidents: { incident_id: string; outcome: string }[] },
  }
}
const get = async (process: InterlockProcess, path: string) => {
  const line = await process.started()
  return (await fetch(`${line.address ?? line.probes}${path}`)).json() as Promise<Record<string, unknown>>
}

const CORE = {
  grafana: readFileSync(fixturePath('webhooks/grafana/firing.single.raw.json')),
  pagerduty: readFileSync(fixturePath('webhooks/pagerduty/incident.triggered.raw.json')),
}
const [RECEIVED, ...PASSED] = PASSED_EVENTS

describe('the core incident, by an API and three workers', () => {
  test.each<(keyof typeof CORE)[]>([
    ['grafana', 'pagerduty'],
    ['pagerduty', 'grafana'],
  ])('with %s before %s', async (...sources) => {
    const { start, verdicts } = await openInstallation()
    const api = start(['serve'])
    const workers = StageName.options.map((stage) => start(['worker', stage]))
    for (const source of sources) expect((await deliver(api, source, CORE[source])).status).toBe(202)
    const [incident] = await verdicts(1)
    expect(incident?.verdict).toMatchObject({ verdict: 'awaiting_review', stage: 'dry-run', blockers: [] })
    expect(incident?.event?.source_refs).toEqual([
      expect.stringContaining('grafana'),
      expect.stringContaining('pagerduty'),
    ])
    expect(incident?.events.filter((event) => PASSED.includes(event))).toEqual(PASSED)
    expect(incident?.events.filter((event) => !PASSED.includes(event))).toEqual([RECEIVED, 'source_attached'])

    expect(await get(api, `/incidents/${incident?.incident_id}`)).toMatchObject({ status: 'awaiting_review' })
    for (const process of [api, ...workers]) expect(await get(process, '/readyz')).toMatchObject({ status: 'ready' })
  })
})

test('fifty deliveries of one alert to two APIs with two workers a stage are one verdict', async () => {
  const { start, verdicts, jobs } = await openInstallation()
  const apis = [start(['serve']), start(['serve'])] as const
  for (const stage of [...StageName.options, ...StageName.options]) start(['worker', stage])
  const answers = await Promise.all(
    // Bytes of their own, so that the door knows none of them and the ledger has to.
    Array.from({ length: 50 }, (_, i) => deliver(apis[i % 2 ? 0 : 1], 'grafana', `${CORE.grafana}${' '.repeat(i)}`)),
  )
  const outcomes = answers.flatMap(({ body }) => body.incidents.map(({ outcome }) => outcome)).sort()
  expect(outcomes).toEqual(['accepted', ...Array(49).fill('duplicate')])
  const [incident] = await verdicts(1)
  expect(incident).toMatchObject({ status: 'awaiting_review', duplicates: 49 })
  expect(incident?.events).toEqual(PASSED_EVENTS)
  for (const counts of await jobs()) expect(Object.values(counts).every((count) => count === 0)).toBe(true)
})

describe('killed in the middle', { timeout: 5 * MINUTES }, () => {
  const deliverFault = (api: InterlockProcess, fault: number) =>
    deliver(api, 'grafana', JSON.stringify(grafanaDelivery({ fault: String(fault) })))
  const wayOf = ({ status, events }: { status: string; events: readonly string[] }) => `${status}: ${events.join()}`
  const ONE_WAY = [wayOf({ status: 'awaiting_review', events: PASSED_EVENTS })]

  test('of 200 incidents, again and again, workers leave each with one verdict', async () => {
    const { start, verdicts, ledger, jobs } = await openInstallation()
    const api = start(['serve'])
    for (let fault = 0; fault < 200; fault++) expect((await deliverFault(api, fault)).status).toBe(202)
    for (const decisions of [1, 40, 80, 20]) {
      const worker = start(['worker'], { WORKER_CONCURRENCY: '4' })
      await eventually(() => {
        expect(worker.lines.filter(({ event }) => event === 'stage_decided').length).toBeGreaterThanOrEqual(decisions)
      })
      await worker.stop('SIGKILL')
      expect((await ledger.accounting()).in_flight).toBeGreaterThan(0)
    }
    const helpers = [start(['worker']), start(['worker', 'normalize', 'dry-run'])]
    expect([...new Set((await verdicts(200)).map(wayOf))]).toEqual(ONE_WAY)
    await eventually(async () => {
      for (const counts of await jobs()) expect(Object.values(counts).every((count) => count === 0)).toBe(true)
    })
    for (const helper of helpers) expect(await helper.stop('SIGTERM')).toMatchObject({ code: 0 })
  })

  test('of 200 deliveries, an API loses none that it acknowledged', async () => {
    const { start, verdicts, ledger } = await openInstallation()
    const api = start(['serve'])
    await api.started()
    const acknowledged: string[] = []
    const faults = Array.from({ length: 200 }, (_, fault) => fault)
    const waiting = [...faults]
    // Eight senders, each of which stops at its first failure: the API is never ahead of them by more than eight.
    const sender = async () => {
      for (let fault = waiting.pop(); fault !== undefined; fault = waiting.pop()) {
        const { body } = await deliverFault(api, fault)
        for (const { incident_id } of body.incidents) acknowledged.push(incident_id)
        if (acknowledged.length === 50) await api.stop('SIGKILL')
      }
    }
    await Promise.allSettled(Array.from({ length: 8 }, sender))
    expect(acknowledged.length).toBeLessThan(200)
    for (const id of acknowledged) expect(await ledger.readRecord(id)).not.toBeNull()
    const next = start(['serve'])
    start(['worker'])
    for (const fault of faults) expect((await deliverFault(next, fault)).status).toBeLessThan(300)
    expect([...new Set((await verdicts(200)).map(wayOf))]).toEqual(ONE_WAY)
  })
})

describe('told to stop', () => {
  test.each([
    ['SIGTERM', ['serve']],
    ['SIGTERM', ['worker']],
    ['SIGINT', ['worker', 'readiness']],
  ] as const)('by %s, %j ends in time with 0 and leaves nothing behind', async (signal, args) => {
    const { start } = await openInstallation()
    const process = start(args)
    await process.started()
    const { code, milliseconds } = await process.stop(signal)
    expect(code).toBe(0)
    expect(milliseconds).toBeLessThan(20_000)
    expect(process.lines.map(({ event }) => event).slice(-2)).toEqual(['process_stopping', 'process_stopped'])
    await eventually(() => expect(isGone(process.pid)).toBe(true))
  })
})

describe('started wrongly', () => {
  const URL_OF_NOTHING = 'redis://user:hunter2@127.0.0.1:1'
  test.each<[string, string[], Record<string, string>, RegExp[]]>([
    ['every bad variable', ['serve'], { PORT: 'x', LOG_LEVEL: 'loud' }, [/PORT is "x"/, /LOG_LEVEL is "loud"/]],
    [
      'every bad variable',
      ['worker'],
      { WORKER_PORT: '-1', WORKER_CONCURRENCY: '0' },
      [/WORKER_PORT/, /WORKER_CONCURRENCY/],
    ],
    [
      'a Redis that is not there',
      ['serve'],
      { REDIS_URL: URL_OF_NOTHING },
      [/\(REDIS_URL is redis:\/\/\*{3}@127\.0\.0\.1:1\b/],
    ],
    [
      'a Redis that is not there',
      ['worker'],
      { REDIS_URL: URL_OF_NOTHING },
      [/\(REDIS_URL is redis:\/\/\*{3}@127\.0\.0\.1:1\b/],
    ],
    ['a missing REDIS_URL', ['serve'], { NODE_ENV: 'production', REDIS_URL: '' }, [/REDIS_URL is not set/]],
    ['a missing policy folder', ['serve'], { POLICY_DIR: 'no/such/folder' }, [/no\/such\/folder/, /POLICY_DIR/]],
    ['a missing policy folder', ['worker'], { POLICY_DIR: 'no/such/folder' }, [/no\/such\/folder/, /POLICY_DIR/]],
    ['a stage that does not exist', ['worker', 'normalise'], {}, [/normalise/, /normalize, readiness, dry-run/]],
  ])('names %s and ends with 2: %j', async (_what, args, env, messages) => {
    const { start } = await openInstallation()
    const process = start(args, env)
    const { code, stderr } = await process.ended()
    for (const message of messages) expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/hunter2|node:internal|\.ts:\d/)
    expect(code).toBe(2)
    await eventually(() => expect(isGone(process.pid)).toBe(true))
  })

  test('names a port that is taken', async () => {
    const { start } = await openInstallation()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const PORT = String((other.address() as AddressInfo).port)
    const { code, stderr } = await start(['serve'], { PORT }).ended()
    other.close()
    expect(stderr).toBe(`interlock: PORT is ${PORT}: another process listens there; stop it, or set another\n`)
    expect(code).toBe(2)
  })

  test.each(['serve', 'worker', 'incidents'])('%s takes no other database than it was given', async (command) => {
    const url = `${inject('redisUrl')}/99999`
    const { code, stderr } = await (await openInstallation()).start([command], { REDIS_URL: url }).ended()
    const said = 'Redis does not give database 99999: ERR DB index is out of range; name another in REDIS_URL'
    expect({ code, stderr }).toEqual({ code: 2, stderr: `interlock: ${said} (REDIS_URL is ${url})\n` })
  })
})
