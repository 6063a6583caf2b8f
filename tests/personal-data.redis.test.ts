/**
 * Personal data and secrets, planted wherever a payload may carry them and sent to a real API with workers and a receiver
 * of traces behind it: they are in no log line, no answer, no key of Redis and no span.
 */
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { dumpKeys } from './support/dump-keys.ts'
import { leavesOf, type Path, replaced } from './support/leaves.ts'
import { startReceiver } from './support/otlp-receiver.ts'
import { PLANTED, plantedAt, revealing } from './support/personal-data.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'
import { allFixtures } from './support/source-fixtures.ts'

const valueAt = (body: unknown, path: Path): unknown =>
  path.reduce((value, key) => (value as Record<string | number, unknown>)[key], body)

const deliveries = allFixtures().map(({ source, path, body }) => {
  const planted = leavesOf(body).flatMap((at) => plantedAt(at, valueAt(body, at)) ?? [])
  const laced = leavesOf(body).reduce<unknown>((made, at) => {
    const text = plantedAt(at, valueAt(body, at))
    return text === null ? made : replaced(made, at, text)
  }, body)
  return { source, path, body, laced, planted: planted.length }
})

const secrets = {
  authorization: 'Bearer planted-header',
  cookie: 'session=planted-cookie',
  'x-grafana-alerting-signature': 'planted-signature',
  'user-agent': 'planted-agent',
}

const send = async (address: unknown, path: string, body: unknown): Promise<string> => {
  const headers = { 'content-type': 'application/json', ...secrets }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (await fetch(`${address}${path}?token=planted-query`, { method: 'POST', headers, body: text })).text()
}

/** As shipped, with one for what no other is for; a page waits a second for the monitoring source, not a minute. */
const impatientPolicies = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-personal-'))
  await cp('fixtures/policies', folder, { recursive: true })
  await cp('fixtures/policies/high_memory_usage', join(folder, 'unclassified'), { recursive: true })
  for (const incidentClass of ['high_cpu_usage', 'high_memory_usage', 'unclassified']) {
    const card = join(folder, incidentClass, 'readiness.yaml')
    const text = (await readFile(card, 'utf8')).replace('correlation_window: 60s', 'correlation_window: 1s')
    const own = text.replace('high_memory_usage', incidentClass).replace('prefix: HM', 'prefix: UN')
    await writeFile(card, incidentClass === 'unclassified' ? own : text)
  }
  return folder
}

let written: Record<'answers' | 'logs' | 'redis' | 'spans', string>

beforeAll(async () => {
  const receiver = await startReceiver()
  const REDIS_URL = inject('redisUrl')
  const QUEUE_PREFIX = `personal-${randomUUID()}`
  const POLICY_DIR = await impatientPolicies()
  const env = {
    ...{ REDIS_URL, QUEUE_PREFIX, POLICY_DIR, PORT: '0', WORKER_PORT: '0' },
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  }
  const [api, worker] = [startProcess(['serve'], env), startProcess(['worker'], env)]
  const { address } = await api.started()
  await worker.started()
  const answers: string[] = []
  for (const { source, body, laced } of deliveries)
    for (const sent of [body, laced]) answers.push(await send(address, `/webhooks/${source}`, sent))
  // What cannot even be read, and an address of which part is a secret.
  answers.push(await send(address, '/webhooks/grafana', '{"message": "planted@clinic.example'))
  await send(address, '/webhooks/planted-token', {})
  await send(address, '/planted-token/webhooks/grafana', {})

  const redis = new Redis(REDIS_URL)
  const ledger = new IncidentLedger(redis, QUEUE_PREFIX)
  await eventually(async () => expect((await ledger.accounting()).in_flight).toBe(0))
  const stored = await dumpKeys(redis, `{${QUEUE_PREFIX}}*`)
  redis.disconnect()
  await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
  receiver.close()
  await rm(POLICY_DIR, { recursive: true })
  const logs = [api, worker].flatMap((one) => [...one.lines.map((line) => JSON.stringify(line)), one.errors()])
  written = { answers: answers.join('\n'), logs: logs.join('\n'), redis: stored, spans: receiver.text() }
})
afterAll(killAll)

test.each([...new Set(deliveries.map(({ source }) => source))])('%s: there is something to plant', (source) => {
  const planted = deliveries.filter((one) => one.source === source).reduce((sum, one) => sum + one.planted, 0)
  expect(planted).toBeGreaterThan(2)
})

test('the recorded payloads have some of their own', () => {
  const found = new Set(deliveries.flatMap(({ body }) => revealing(JSON.stringify(body))))
  expect([...found].sort()).toEqual(
    expect.arrayContaining([
      '+44 7700 900123',
      'AKIAIOSFODNN7EXAMPLE',
      'Dr Helen Marsh',
      'helen.marsh@clinic.example.org',
    ]),
  )
})

test.each(['answers', 'logs', 'redis', 'spans'] as const)('%s', (place) => {
  const text = written[place]
  // There is something to look through: every one of them tells of the incidents.
  expect(text).toContain('HM-2026-05-17-0b2088d324ce')
  const around = [...text.matchAll(new RegExp(`.{0,80}(?:${PLANTED.source}).{0,40}`, 'gi'))].map(([found]) => found)
  expect(around).toEqual([])
  const own = new Set(deliveries.flatMap(({ body }) => revealing(JSON.stringify(body))))
  expect([...own].filter((value) => text.includes(value))).toEqual([])
})
