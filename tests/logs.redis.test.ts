/** The lines of a real run, of an API and a worker that see everything that is logged: well formed, and found by the queries of docs/logs.md. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import { EVERY_LINE, LOG_EVENTS, type LogEvent } from '../src/shared/telemetry/log-events.ts'
import { grafanaDelivery } from './support/faults.ts'
import { fixtureBody, fixturePath } from './support/fixture.ts'
import { type Entry, evaluate } from './support/logql.ts'
import { eventually, killAll, type LogLine, startProcess } from './support/processes.ts'

const CORE = 'HM-2026-05-17-0b2088d324ce'
const env = {
  REDIS_URL: inject('redisUrl'),
  QUEUE_PREFIX: `logs-${randomUUID()}`,
  PORT: '0',
  WORKER_PORT: '0',
}
const redis = new Redis(env.REDIS_URL)
const { keys } = new IncidentLedger(redis, env.QUEUE_PREFIX)
let lines: LogLine[] = []
let request_id = ''

const inNamespace = (name: string, namespace: string, service = 'appointments-api') =>
  grafanaDelivery({ fault: name }, { labels: { namespace, service } })

const run = async () => {
  const api = startProcess(['serve'], env)
  const { address } = await api.started()
  const send = async (path: string, body: unknown, method = 'POST') => {
    const headers = { 'content-type': 'application/json' }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return (await (await fetch(`${address}${path}`, { method, headers, body: text })).json()) as {
      request_id: string
      incidents: { incident_id: string }[]
    }
  }
  const order = (engaged: boolean) =>
    send('/kill-switch', { engaged, scope: 'service:orders-db', by: 'anna', reason: 'restarts make it worse' }, 'PUT')

  const core = readFileSync(fixturePath('webhooks/grafana/firing.single.raw.json'), 'utf8')
  request_id = (await send('/webhooks/grafana', core)).request_id
  await send('/webhooks/grafana', core)
  await send('/webhooks/pagerduty', fixtureBody('webhooks/pagerduty/incident.triggered.json'))
  await send('/webhooks/grafana', fixtureBody('webhooks/grafana/firing.group3.json'))
  await send('/webhooks/grafana', grafanaDelivery({ fault: 'over' }))
  await send('/webhooks/grafana', grafanaDelivery({ fault: 'over' }, { status: 'resolved' }))
  await send('/webhooks/grafana', fixtureBody('webhooks/grafana/test_notification.json'))
  await send('/webhooks/grafana', { hello: 1 })
  await send('/webhooks/pagerduty', { hello: 1 })
  await send('/webhooks/alertmanager', '{')
  await send('/webhooks/not-a-source-but-a-token', {})
  const lost = (await send('/webhooks/grafana', grafanaDelivery({ fault: 'lost' }))).incidents[0]?.incident_id ?? ''
  await redis.del(keys.incident(lost))
  await order(true)
  await send('/webhooks/grafana', inNamespace('held', 'prod', 'orders-db'))

  const worker = startProcess(['worker'], env)
  const logged = (...found: LogEvent[]) =>
    eventually(() => {
      const events = [...api.lines, ...worker.lines].map(({ event }) => event)
      expect(events).toEqual(expect.arrayContaining(found))
    })
  await logged('incident_held', 'dead_lettered')
  await order(false)
  // All but the one that was lost.
  await eventually(async () => expect(Number(await redis.hget(keys.accounting, 'in_flight'))).toBe(1))
  await eventually(() => expect(worker.lines.filter(({ verdict }) => verdict).length).toBe(4))
  // What Redis refuses: a key of the ledger that is of another kind.
  await redis.rename(keys.index, `${keys.index}:aside`)
  await redis.set(keys.index, 'of another kind')
  await send('/webhooks/grafana', grafanaDelivery({ fault: 'refused' }))
  await redis.rename(`${keys.index}:aside`, keys.index)
  await logged('request_failed')
  await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
  return [...api.lines, ...worker.lines]
}

beforeAll(async () => {
  lines = await run()
})
afterAll(() => {
  killAll()
  redis.disconnect()
})

describe('every line of a real run', () => {
  test('has the fields that every line has', () => {
    for (const line of lines) for (const field of EVERY_LINE) expect(line).toHaveProperty(field, expect.any(String))
    expect(new Set(lines.map(({ service, component }) => `${service} ${component}`))).toEqual(
      new Set(['interlock api', 'interlock worker']),
    )
    expect(lines.filter(({ time }) => !/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/.test(String(time)))).toEqual([])
  })

  test('is an event of the closed list, at its level, with no other fields than it has there', () => {
    for (const line of lines) {
      expect(Object.keys(LOG_EVENTS)).toContain(line.event)
      const { level, fields } = LOG_EVENTS[line.event as LogEvent]
      expect(line.level).toBe(level)
      const others = Object.keys(line).filter((field) => !EVERY_LINE.some((known) => known === field))
      expect(others.filter((field) => !fields.some((known) => known === field))).toEqual([])
    }
  })

  test('has the fields that mean the same everywhere in the kind they are said to be', () => {
    const kinds = { incident_id: 'string', request_id: 'string', route: 'string', error_code: 'string' } as const
    for (const [field, kind] of Object.entries({ ...kinds, status: 'number', latency_ms: 'number' })) {
      const values = lines.flatMap((line) => (field in line ? [line[field]] : []))
      expect(values.length).toBeGreaterThan(0)
      expect(values.filter((value) => typeof value !== kind)).toEqual([])
    }
  })

  test('tells of a request what it was, how it ended and how long it took', () => {
    const webhooks = lines.filter(({ event }) => /^webhook_|^request_failed$/.test(event))
    expect(webhooks.length).toBeGreaterThan(10)
    for (const line of webhooks)
      expect(line).toMatchObject({
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        route: '/webhooks/:source',
        status: expect.any(Number),
        latency_ms: expect.any(Number),
      })
    for (const line of lines.filter(({ event }) => event === 'stage_decided'))
      expect(line).toMatchObject({ incident_id: expect.any(String), latency_ms: expect.any(Number) })
  })

  test('keeps to itself what Redis was given to store, and what a stranger put into an address', () => {
    const [refused] = lines.filter(({ event }) => event === 'request_failed')
    expect(refused?.err).toMatchObject({ message: expect.stringContaining('WRONGTYPE') })
    expect(JSON.stringify(refused)).not.toMatch(/command|pod-refused/)
    expect(JSON.stringify(lines)).not.toContain('not-a-source')
  })
})

/** What each query is to find, said without it; of a metric query the lines it counts, and by what. */
const QUESTIONS: Record<string, (line: LogLine & Record<string, unknown>) => unknown> = {
  'What happened to this incident?': ({ incident_id }) => incident_id === CORE,
  'What came of this request?': (line) => line.request_id === request_id,
  'Which webhooks are refused, and why?': ({ event }) => event === 'webhook_rejected',
  'Which refusals grow?': ({ event }) => event === 'webhook_rejected',
  'What did this source send in the last hour?': ({ source }) => source === 'grafana',
  'Which errors are there, and since when?': ({ level }) => level === 'error',
  'Which errors are most frequent?': ({ level }) => level === 'error',
  'What did the pipeline give up on?': ({ event }) => event === 'dead_lettered',
  'Which incidents does this blocker hold?': ({ blockers }) =>
    Array.isArray(blockers) && blockers.includes('stateful_without_backup'),
  'What are the verdicts of the last hour?': ({ verdict, event }) => verdict && event === 'stage_decided',
  'Which decisions were slow?': ({ event, latency_ms }) => event === 'stage_decided' && Number(latency_ms) > 1000,
  'Which requests were slow?': ({ route, latency_ms }) => route && Number(latency_ms) > 250,
  'Who stopped or resumed what?': ({ by, scope }) => by && scope,
  'What does a stop hold?': ({ event }) => event === 'incident_held',
  'Did a process start, stop or get cut off?': ({ event }) => /^process_|^shutdown_/.test(event),
  'When did the policies change, and was a change refused?': ({ event }) => /^policy_/.test(event),
}
/** A run that is as fast as it should be has none of them. */
const RARE = ['Which decisions were slow?', 'Which requests were slow?']

const guide = readFileSync(new URL('../docs/logs.md', import.meta.url), 'utf8')
const queries = [...guide.matchAll(/^### (.*)\n\n```logql\n(.*)\n```$/gm)].map(([, question = '', query = '']) => ({
  question,
  query,
}))

/** As the collector of docs/logs.md ships them. */
const shipped = (): Entry[] =>
  lines.map((line) => {
    const { service, component, level } = line as Record<string, string>
    const labels = { service: service ?? '', component: component ?? '', level: level ?? '' }
    return { text: JSON.stringify(line), at: Date.parse(String(line.time)), labels }
  })

describe('docs/logs.md', () => {
  test('has a query for each of these questions, and no other', () => {
    expect(queries.map(({ question }) => question)).toEqual(Object.keys(QUESTIONS))
    expect(guide.match(/```logql/g)).toHaveLength(queries.length)
  })

  test.each(queries)('$question', ({ question, query }) => {
    const wanted = lines.filter((line) => QUESTIONS[question]?.(line))
    if (!RARE.includes(question)) expect(wanted).not.toHaveLength(0)
    expect(wanted.length).toBeLessThan(lines.length)
    const found = evaluate(query.replace('<request_id>', request_id), shipped(), Date.now())
    if ('entries' in found) return expect(found.entries.map(({ text }) => JSON.parse(text))).toEqual(wanted)
    const by = /by \((.*?)\)/.exec(query)?.[1]?.split(', ') ?? []
    const counted = new Map<string, number>()
    for (const line of wanted) {
      const labels = JSON.stringify(by.map((name) => line[name]))
      counted.set(labels, (counted.get(labels) ?? 0) + 1)
    }
    expect(found.series.map(({ labels, value }) => [JSON.stringify(by.map((name) => labels[name])), value])).toEqual([
      ...counted,
    ])
  })
})
