/** `interlock stop`, `resume` and `status`, and `/kill-switch`, as a person and a script meet them. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { type Api, openApi } from './support/api.ts'
import { grafanaDelivery } from './support/faults.ts'
import { killAll, runInterlock } from './support/processes.ts'

const opened: Api[] = []
afterEach(async () => {
  killAll()
  for (const api of opened.splice(0)) await api.close()
})

const open = async () => {
  const env = { REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `stop-commands-${randomUUID()}` }
  const api = await openApi(env.REDIS_URL, env.QUEUE_PREFIX)
  opened.push(api)
  const put = (body: unknown) => api.put('/kill-switch', body)
  return { api, put, run: (...args: string[]) => runInterlock(args, env) }
}

const WHO = ['--by', 'anna', '--reason', 'restarts make it worse'] as const

test('stop, status and resume, told by a person', async () => {
  const { run, api } = await open()
  expect(await run('status')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing is stopped\n/) })
  const stopped = await run('stop', '--scope', 'service:billing-api', ...WHO)
  expect(stopped).toMatchObject({ code: 0, stderr: '' })
  expect(stopped.stdout).toMatch(
    /^STOPPED: scope=service:billing-api since=\S+Z by="anna" reason="restarts make it worse"$/m,
  )
  expect((await run('stop', '--scope', 'service:billing-api', '--by', 'ben', '--reason', 'same')).stdout).toMatch(
    /by="anna".* \(it was stopped already\)$/m,
  )
  await api.post('/webhooks/grafana', grafanaDelivery({ fault: 'a' }))
  const { code, stdout } = await run('status')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^service:billing-api +\S+Z +0 +anna +restarts make it worse$/m)
  expect(stdout).toMatch(/^incidents in flight: 1, of which held: 0$/m)
  expect(stdout.match(/^\S+Z +stop +service:billing-api +(anna|ben) /gm)).toHaveLength(2)
  expect(await run('resume', '--scope', 'service:billing-api', ...WHO)).toEqual({
    code: 0,
    stdout: 'RESUMED: scope=service:billing-api released=0 held=0 still_stopped=none\n',
    stderr: '',
  })
  const nothing = await run('resume', ...WHO)
  expect(nothing).toMatchObject({ code: 1, stdout: '' })
  expect(nothing.stderr).toContain('global was not stopped; stopped are: none')
})

test('status shows a stop that somebody wrote in by hand, and resume lifts it', async () => {
  const { run, api } = await open()
  await api.redis.hset(api.ledger.keys.stops, 'global', 'incident 42\u001b[2J')
  expect(await run('stop', ...WHO)).toMatchObject({ code: 0, stdout: expect.stringContaining('(it was stopped') })
  expect((await run('status')).stdout).toMatch(
    /^global +unknown +0 +unknown +no order of "interlock stop", somebody wrote "incident 42\?\[2J" into Redis/m,
  )
  expect(await run('resume', ...WHO)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^RESUMED: /) })
})

test('--json is one document in every case', async () => {
  const { run } = await open()
  const json = async (...args: string[]) => {
    const { code, stdout } = await run(...args, '--json')
    return { code, ...JSON.parse(stdout) }
  }
  const [at, reason] = [expect.stringMatching(/Z$/), 'restarts make it worse']
  const who = { by: 'anna', via: 'command_line' }
  const stop = { scope: 'global', engaged: true, changed: true, ...who, reason, at }
  expect(await json('stop', ...WHO)).toEqual({ code: 0, outcome: 'pass', ...stop })
  expect(await json('status')).toEqual({
    code: 0,
    engaged: [{ scope: 'global', ...who, reason, at, held: 0 }],
    held: 0,
    log: [{ order: 'stop', scope: 'global', ...who, reason, at }],
    in_flight: 0,
  })
  const resumed = { scope: 'class:x', engaged: false, changed: false, released: 0, held: 0, still_stopped: ['global'] }
  expect(await json('resume', '--scope', 'class:x', ...WHO)).toEqual({ code: 1, outcome: 'mismatch', ...resumed })
  expect(await json('stop', '--by', 'anna')).toEqual({
    code: 2,
    outcome: 'error',
    error: { code: 'missing_mandatory_option_value', message: expect.stringContaining('--reason') },
  })
})

test.each([
  [
    ['--scope', 'namespace:prod', ...WHO],
    /--scope is "namespace:prod": a scope is global, service:<name>, class:<name>/,
  ],
  [['--scope', 'service:', ...WHO], /--scope is "service:": a scope is/],
  [['--by', ' ', '--reason', ''], /--by is " ": say who orders it.*--reason is "": say why/],
  [['--reason', 'x'], /--by/],
  [['everything', ...WHO], /too many arguments/],
])('stop %j is refused', async (args, message) => {
  const { run, api } = await open()
  const { code, stdout, stderr } = await run('stop', ...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
  expect((await api.get('/kill-switch')).body).toEqual({ engaged: [], held: 0, log: [] })
})

test.each(['stop', 'resume', 'status'])('%s without Redis ends with 2 and says so', async (command) => {
  const env = { REDIS_URL: 'redis://user:hunter2@127.0.0.1:1' }
  const { code, stdout, stderr } = await runInterlock([command, ...(command === 'status' ? [] : WHO)], env)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^interlock: no connection to Redis within .* 127\.0\.0\.1:1/)
  expect(stderr).not.toContain('hunter2')
})

describe('/kill-switch', () => {
  const order = { scope: 'action:restart_pod', by: 'anna', reason: 'crash loop' }

  test('stops, says so, and resumes', async () => {
    const { api, put } = await open()
    const at = expect.stringMatching(/Z$/)
    const stop = { ...order, engaged: true, at }
    expect(await put({ ...order, engaged: true })).toMatchObject({ status: 200, body: { ...stop, changed: true } })
    expect(await put({ ...order, by: 'ben', engaged: true })).toMatchObject({
      status: 200,
      body: { ...stop, changed: false },
    })
    const { body } = await api.get('/kill-switch')
    expect(body).toMatchObject({ engaged: [{ ...order, at, held: 0 }], held: 0 })
    expect(body.log.map(({ by }: { by: string }) => by)).toEqual(['anna', 'ben'])
    const resumed = { scope: order.scope, engaged: false, released: 0 }
    expect((await put({ ...order, engaged: false })).body).toEqual({ ...resumed, changed: true })
    expect((await put({ ...order, engaged: false })).body).toEqual({ ...resumed, changed: false })
    expect((await api.get('/readyz')).status).toBe(200)
  })

  test.each<[unknown, string, RegExp]>([
    [
      { ...order, engaged: true, scope: 'prod' },
      'kill_switch_invalid',
      /^scope is "prod": a scope is global, service:<name>/,
    ],
    [{ ...order }, 'kill_switch_invalid', /^engaged is missing: true to stop, false to resume/],
    [
      { engaged: true },
      'kill_switch_invalid',
      /^scope is missing: a scope is .*; by is missing: say who orders it; reason is missing: say why/,
    ],
    [{ ...order, engaged: true, until: 1 }, 'kill_switch_invalid', /^until is not a known key: remove it/],
    [[], 'kill_switch_invalid', /^the body: expected object$/],
    ['{', 'body_not_json', /./],
    ['', 'body_empty', /./],
  ])('refuses %j', async (body, code, detail) => {
    const { api, put } = await open()
    const answer = await put(body)
    expect(answer).toMatchObject({ status: 400, body: { code, status: 400, detail: expect.stringMatching(detail) } })
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect((await api.get('/kill-switch')).body.engaged).toEqual([])
  })
})
