/** Processes told to stop with work in hand: not ready from that moment on, the work finished, nothing new taken. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { grafanaDelivery } from './support/faults.ts'
import { eventually, type InterlockProcess, killAll, startProcess } from './support/processes.ts'
import { listen } from './support/prometheus.ts'

afterEach(killAll)

const open = () => {
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `stop-${randomUUID()}`, PORT: '0', WORKER_PORT: '0' }
  return (args: string[], more: Record<string, string> = {}) => startProcess(args, { ...env, ...more })
}
const addressOf = async (process: InterlockProcess) => {
  const { address, probes } = await process.started()
  return String(address ?? probes)
}
const readiness = async (address: string) => {
  const response = await fetch(`${address}/readyz`)
  return { status: response.status, body: await response.json() }
}
const NOT_READY = {
  status: 503,
  body: {
    status: 'not_ready',
    checks: { redis: 'ok', policies: 'ok', process: expect.stringMatching(/^shutting down/) },
  },
}
const post = (address: string, body: unknown) =>
  fetch(`${address}/webhooks/grafana`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** The fixture's policies, and a fact that readiness asks a Prometheus for. */
const askingPolicies = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-policies-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp('fixtures/policies', folder, { recursive: true })
  const facts = `facts: {quota_left: {prometheus: 'quota{service="$service"}', compare: ">= 1", max_age: 2m}}\n`
  await appendFile(join(folder, 'high_memory_usage', 'readiness.yaml'), facts)
  return folder
}

test('a worker finishes the job in hand, and says not ready all the while', async () => {
  const start = open()
  let [asked, answering] = [0, false]
  const waiting: (() => void)[] = []
  const prometheus = await listen((_, response) => {
    asked++
    const answer = () => response.end(`{"status":"success","data":{"resultType":"vector","result":[]}}`)
    if (answering) answer()
    else waiting.push(answer)
  })
  const more = { PROMETHEUS_URL: `http://${prometheus}`, POLICY_DIR: await askingPolicies() }
  const [api, worker] = [start(['serve'], more), start(['worker', 'normalize', 'readiness'], more)]
  const [at, probes] = [await addressOf(api), await addressOf(worker)]
  expect(await readiness(probes)).toMatchObject({ status: 200, body: { checks: { process: 'ok' } } })
  expect((await post(at, grafanaDelivery({ fault: 'slow' }))).status).toBe(202)
  await eventually(() => expect(asked).toBeGreaterThan(0))

  const ended = worker.stop('SIGTERM')
  await eventually(async () => expect(await readiness(probes)).toEqual(NOT_READY))
  const decided = () => worker.lines.filter(({ event, stage }) => event === 'stage_decided' && stage === 'readiness')
  expect(decided()).toEqual([])
  answering = true
  for (const answer of waiting) answer()
  expect(await ended).toMatchObject({ code: 0 })
  expect(decided()).toHaveLength(1)
  const order = worker.lines.map(({ event }) => event).filter((event) => /^process_stop|^shutdown/.test(event))
  expect(order).toEqual(['process_stopping', 'process_stopped'])
})

test('an API answers the request under way, sends new ones away, and says not ready all the while', async () => {
  const api = open()(['serve'])
  const address = await addressOf(api)
  const text = JSON.stringify(grafanaDelivery({ fault: 'slow' }))
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (data) => {
    answer += data
  })
  const head = [
    'POST /webhooks/grafana HTTP/1.1',
    'host: x',
    'content-type: application/json',
    'connection: close',
    'expect: 100-continue',
  ]
  socket.write(`${[...head, `content-length: ${text.length}`].join('\r\n')}\r\n\r\n${text.slice(0, 100)}`)

  await eventually(() => expect(answer).toMatch(/^HTTP\/1\.1 100 /))
  answer = ''
  const ended = api.stop('SIGTERM')
  await eventually(async () => expect(await readiness(address)).toEqual(NOT_READY))
  const refused = await post(address, grafanaDelivery({ fault: 'late' }))
  expect({ status: refused.status, body: await refused.json() }).toMatchObject({
    status: 503,
    body: { code: 'shutting_down' },
  })
  expect(refused.headers.get('retry-after')).toBe('5')
  const metrics = await (await fetch(`${address}/metrics`)).text()
  expect(metrics).toContain('interlock_load_shed_total{reason="shutting_down"} 1')
  expect(metrics).toContain('interlock_webhook_events_total{source="grafana",outcome="shed"} 1')
  socket.write(text.slice(100))
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 202 /)
  expect(await ended).toMatchObject({ code: 0 })
})
