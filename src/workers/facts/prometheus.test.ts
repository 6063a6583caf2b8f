/** A Prometheus that behaves badly, in every way a server on loopback can. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { listen } from '../../../tests/support/prometheus.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { LIMITS, openPrometheus } from './prometheus.ts'

const AT = '2026-05-17T11:43:00.000Z'
const QUERY = { value: 'quota', as_of: 'timestamp(quota)' }
const FAST = { ...LIMITS, factMs: 60_000, timeoutMs: 500, firstDelayMs: 1, failuresInARow: 100, leftAloneMs: 200 }

const vector = (...values: string[]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: { a: value }, value: [0, value] })) },
  })
const GOOD = vector('1779018000')
const always =
  (status: number, body: string, headers = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

const open = async (answer: RequestListener, limits = FAST, path = '', tokenFile?: string) => {
  const metrics = createMetrics('test')
  const prometheus = openPrometheus({ url: `http://${await listen(answer)}${path}`, tokenFile }, metrics, limits)
  return { ask: () => prometheus.ask(QUERY, AT), metrics }
}
const requestsIn = async ({ dependencyRequestDuration }: ReturnType<typeof createMetrics>) => {
  const { values } = await dependencyRequestDuration.get()
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'))
  return Object.fromEntries(counts.map(({ labels, value }) => [labels.outcome, value]))
}

it.each<[string, RequestListener, string]>([
  [
    'a page',
    always(200, '<html> log\nin'),
    'the answer is not one of Prometheus (<html> log in): check PROMETHEUS_URL',
  ],
  ['nothing', always(200, ''), 'the answer is not one of Prometheus (empty)'],
  ['half an answer', always(200, GOOD.slice(0, 40)), 'the answer is not one of Prometheus'],
  ['other JSON', always(200, '{"status":"ok"}'), 'the answer is not one of Prometheus'],
  ['no value', always(200, vector('')), 'its value is empty, not a number'],
  ['words', always(200, vector('many')), 'its value is many, not a number'],
  [
    'part of an answer',
    always(200, GOOD.replace('{', '{"warnings":["store b did not answer"],')),
    'the answer is not complete: store b did not answer',
  ],
  [
    'part of an answer, from a cluster that says no more',
    always(200, GOOD.replace('{', '{"isPartial":true,')),
    'the answer is not complete: some of what stores it did not answer (isPartial)',
  ],
  ['too much', always(200, GOOD + ' '.repeat(1_100_000)), 'the answer is too long'],
  ['a way elsewhere', always(302, '', { location: '/login' }), 'HTTP 302'],
  ['no such path', always(404, ''), 'HTTP 404: PROMETHEUS_URL must be the address before'],
  ['no entry', always(401, ''), 'HTTP 401: set PROMETHEUS_TOKEN_FILE'],
  [
    'a refusal',
    always(422, '{"status":"error","errorType":"execution","error":"too many samples"}'),
    'Prometheus refuses it: too many samples',
  ],
])('%s is an unknown fact, and is not asked for again', async (_, answer, problem) => {
  const { ask, metrics } = await open(answer)
  expect(await ask()).toEqual({ problem: expect.stringContaining(problem) })
  expect(await ask()).toEqual({ problem: expect.stringContaining('(Prometheus was asked timestamp(quota))') })
  expect(await requestsIn(metrics)).toEqual({ ok: 0, failed: 2 })
})

it.each<[string, RequestListener, string]>([
  ['overloaded', always(503, ''), 'Prometheus cannot be asked: it answers HTTP 503'],
  ['cut off', (request) => request.socket.destroy(), 'Prometheus cannot be asked: '],
  ['silent', () => {}, 'Prometheus has not answered in 0.5 s'],
  ['silent in the middle', (_, response) => response.writeHead(200).write('{'), 'Prometheus has not answered in 0.5 s'],
])('one that is %s is asked three times', async (_, answer, problem) => {
  const { ask, metrics } = await open(answer)
  expect(await ask()).toEqual({ problem: expect.stringContaining(problem) })
  expect(await requestsIn(metrics)).toEqual({ ok: 0, failed: 3 })
})

it('one that is slow in all it says is not waited for longer than a fact may take', async () => {
  const asked: string[] = []
  const { ask } = await open(
    (request, response) => {
      asked.push(request.url ?? '')
      if (asked.length === 1) response.end(GOOD)
    },
    { ...FAST, factMs: 1_000, timeoutMs: 30_000 },
  )
  expect(await ask()).toEqual({ problem: 'Prometheus has not answered in 1 s (Prometheus was asked quota)' })
  expect(asked).toHaveLength(2)
})

it('one that fails once is asked again, for the time of the decision', async () => {
  const bodies: string[] = []
  const { ask, metrics } = await open(
    (request, response) => {
      let body = ''
      request.on('data', (part) => {
        body += part
      })
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${body}`)
        response.writeHead(bodies.length === 1 ? 500 : 200).end(GOOD)
      })
    },
    FAST,
    '/prometheus/',
  )
  expect(await ask()).toEqual({ sample: 1779018000, as_of: '2026-05-17T11:40:00.000Z' })
  const [age, value] = ['timestamp%28quota%29', 'quota'].map(
    (query) => `POST /prometheus/api/v1/query query=${query}&time=2026-05-17T11%3A43%3A00.000Z`,
  )
  expect(bodies).toEqual([age, age, value])
  expect(await requestsIn(metrics)).toEqual({ failed: 1, ok: 2 })
})

it('one that keeps failing is left alone, and taken up again', async () => {
  let healthy = false
  let asked = 0
  const { ask, metrics } = await open(
    (_, response) => {
      asked += 1
      response.writeHead(healthy ? 200 : 503).end(GOOD)
    },
    { ...FAST, retries: 1, failuresInARow: 2 },
  )
  const isOpen = async () => (await metrics.circuitOpen.get()).values
  expect(await isOpen()).toEqual([{ labels: { dependency: 'prometheus' }, value: 0 }])
  await ask()
  expect(asked).toBe(2)
  expect(await ask()).toEqual({
    problem: expect.stringContaining('has failed 2 times in a row and is left alone for 0.2 s'),
  })
  expect(asked).toBe(2)
  expect(await isOpen()).toEqual([{ labels: { dependency: 'prometheus' }, value: 1 }])
  healthy = true
  await expect.poll(ask, { timeout: 20_000 }).toHaveProperty('sample')
  expect(await isOpen()).toEqual([{ labels: { dependency: 'prometheus' }, value: 0 }])
})

it('shows the token in the file, as it is at each question', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-token-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'token')
  const seen: unknown[] = []
  const { ask } = await open(
    (request, response) => {
      seen.push(request.headers.authorization)
      response.end(GOOD)
    },
    FAST,
    '',
    file,
  )
  expect(await ask()).toEqual({ problem: expect.stringContaining('PROMETHEUS_TOKEN_FILE cannot be read') })
  await writeFile(file, 'first\n')
  await ask()
  await writeFile(file, 'second\n')
  await ask()
  expect(seen).toEqual(['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second'])
})
