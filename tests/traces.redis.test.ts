/** One trace for each incident, from the webhook through three jobs in processes of their own; and no trace, no cost. */
import { randomUUID } from 'node:crypto'
import { afterEach, expect, inject, test } from 'vitest'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import { HEARTBEAT_ID } from '../src/shared/ledger/heartbeat-id.ts'
import { grafanaDelivery } from './support/faults.ts'
import { type ReceivedSpan, startReceiver } from './support/otlp-receiver.ts'
import { eventually, type InterlockProcess, killAll, startProcess } from './support/processes.ts'

/** As OTLP numbers them. */
const KIND = { server: 2, consumer: 5 }

const closing: (() => void)[] = []
afterEach(() => {
  killAll()
  for (const close of closing.splice(0)) close()
})

const receive = async () => {
  const receiver = await startReceiver()
  closing.push(receiver.close)
  return receiver
}

/** An API, and worker processes with these stages. */
const start = (more: Record<string, string>, ...workers: StageName[][]) => {
  const QUEUE_PREFIX = `traces-${randomUUID()}`
  const env = {
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX,
    PORT: '0',
    WORKER_PORT: '0',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    ...more,
  }
  return {
    api: startProcess(['serve'], env),
    workers: workers.map((stages) => startProcess(['worker', ...stages], env)),
  }
}

const deliver = async (api: InterlockProcess, fault: string, headers: Record<string, string> = {}): Promise<string> => {
  const { address } = await api.started()
  const response = await fetch(`${address}/webhooks/grafana`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(grafanaDelivery({ fault })),
  })
  const { incidents } = (await response.json()) as { incidents: { incident_id: string }[] }
  return incidents[0]?.incident_id ?? ''
}

const verdictOn = (id: string, processes: readonly InterlockProcess[]) =>
  eventually(() => {
    const lines = processes.flatMap((process) => process.lines)
    expect(lines.filter(({ incident_id, verdict }) => incident_id === id && verdict)).toHaveLength(1)
  })

const ofIncident = (spans: readonly ReceivedSpan[], id: string) => {
  const [request] = spans.filter(({ kind, attributes }) => kind === KIND.server && attributes.incident_id === id)
  return spans.filter(({ traceId }) => traceId === request?.traceId)
}
const jobsIn = (spans: readonly ReceivedSpan[]) =>
  spans.filter(({ kind, name }) => kind === KIND.consumer && name.startsWith('process '))

test('an incident is one trace: its request, and its job in each of three processes', async () => {
  const receiver = await receive()
  const { api, workers } = start(
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    ...StageName.options.map((stage) => [stage]),
  )
  // What a sender claims to be part of joins nothing.
  const claimed = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
  const ids = [await deliver(api, 'one', claimed), await deliver(api, 'other', claimed)]
  for (const id of ids) await verdictOn(id, workers)
  await eventually(() => {
    for (const id of ids) expect(jobsIn(ofIncident(receiver.spans, id))).toHaveLength(3)
  })

  for (const id of ids) {
    const trace = ofIncident(receiver.spans, id)
    expect(
      jobsIn(trace).map(({ name, attributes, resource }) => [name, attributes.incident_id, resource['service.name']]),
    ).toEqual(expect.arrayContaining(StageName.options.map((stage) => [`process ${stage}`, id, 'interlock-worker'])))
    const request = trace.find(({ kind }) => kind === KIND.server)
    expect(request).toMatchObject({
      name: 'POST /webhooks/:source',
      parentSpanId: '',
      attributes: { 'http.route': '/webhooks/:source', 'http.response.status_code': 202 },
      resource: { 'service.name': 'interlock-api', 'service.namespace': 'interlock' },
    })
    // Each is caused by what went before: the first job by the request, every other by the hand-off of the one before.
    const nameOf = (spanId: string) => trace.find((span) => span.spanId === spanId)?.name
    const causes = Object.fromEntries(jobsIn(trace).map(({ name, parentSpanId }) => [name, nameOf(parentSpanId)]))
    expect(causes).toEqual({
      'process normalize': 'POST /webhooks/:source',
      'process readiness': 'complete normalize',
      'process dry-run': 'complete readiness',
    })
  }
  expect(new Set(ids.map((id) => ofIncident(receiver.spans, id)[0]?.traceId)).size).toBe(2)
  expect(receiver.spans.filter(({ traceId }) => traceId === 'a'.repeat(32))).toEqual([])
  // An idle worker looks at its queue again and again, and that is nobody's trace.
  const beginnings = receiver.spans.filter(({ parentSpanId, kind }) => !parentSpanId && kind !== KIND.server)
  expect(beginnings.filter(({ attributes }) => attributes['bullmq.job.id'] !== HEARTBEAT_ID)).toEqual([])
})

test('while the receiver is down everything goes on, is said once, and ends in time', async () => {
  const receiver = await startReceiver()
  receiver.close()
  const impatient = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: '300' }
  const { api, workers } = start(impatient, [])
  for (const n of [1, 2, 3]) await verdictOn(await deliver(api, `down-${n}`), workers)
  const lost = () => api.lines.filter(({ event }) => event === 'traces_lost')
  await eventually(() => expect(lost()).toHaveLength(1))
  await verdictOn(await deliver(api, 'down-4'), workers)
  const ended = await Promise.all([api, ...workers].map((process) => process.stop('SIGTERM')))
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']))
  expect(lost()).toHaveLength(1)
  expect([api, ...workers].flatMap(({ lines }) => lines.filter(({ event }) => event === 'shutdown_forced'))).toEqual([])
})

/** Says on stderr what a process imports of OpenTelemetry, before anything else is imported. */
const TOLD = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs'
    export const resolve = (name, context, next) => {
      if (/opentelemetry|bullmq-otel/.test(name)) writeSync(2, 'imports ' + name + '\\\\n')
      return next(name, context)
    }\`))`)}`

test('without a receiver to send to, nothing of OpenTelemetry is loaded', async () => {
  const { api } = start({ NODE_OPTIONS: `--import ${TOLD}` })
  await deliver(api, 'any')
  expect((await api.stop('SIGTERM')).stderr).not.toMatch(/sdk-trace|exporter-trace|bullmq-otel|resources/)
})

test('with one it is, and what is left is sent when the process stops', async () => {
  const receiver = await receive()
  const { api } = start({ NODE_OPTIONS: `--import ${TOLD}`, OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.endpoint}/` })
  const id = await deliver(api, 'last')
  const { code, stderr } = await api.stop('SIGTERM')
  expect([code, stderr]).toEqual([0, expect.stringMatching(/sdk-trace.*bullmq-otel/s)])
  expect(ofIncident(receiver.spans, id)).toHaveLength(1)
})
