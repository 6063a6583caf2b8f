/** Operators of a real API: who may read, answer and stop, by token and by login, and what is written down of it. */
import { randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, expect, inject, onTestFinished, test } from 'vitest'
import { IncidentLedger } from '../src/shared/ledger/incident-ledger.ts'
import type { Answer } from './support/api.ts'
import { grafanaDelivery } from './support/faults.ts'
import { AUDIENCE, type Claims, newKey, openIssuer } from './support/issuer.ts'
import { eventually, killAll, runInterlock, startProcess } from './support/processes.ts'

afterEach(killAll)

const open = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-operators-'))
  const ES256 = await newKey('ES256')
  const issuer = await openIssuer({ ES256 })
  const redis = new Redis(inject('redisUrl'))
  onTestFinished(async () => {
    redis.disconnect()
    await Promise.all([issuer.close(), rm(folder, { recursive: true })])
  })
  const env = {
    ...{ REDIS_URL: inject('redisUrl'), QUEUE_PREFIX: `operators-${randomUUID()}`, PORT: '0', WORKER_PORT: '0' },
    ...{ OPERATOR_TOKENS_FILE: join(folder, 'tokens.yaml'), OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE },
  }
  /** As a person does it: the entry goes into the file, and the token is read off the terminal. */
  const newToken = async (name: string, role: string): Promise<string> => {
    const { code, stdout, stderr } = await runInterlock(['token', 'new', '--name', name, '--role', role], env)
    expect(code).toBe(0)
    await appendFile(env.OPERATOR_TOKENS_FILE, stdout)
    return /: (\S+)\n$/.exec(stderr)?.[1] ?? ''
  }
  const [carl, vera] = [await newToken('carl', 'operator'), await newToken('vera', 'viewer')]
  const sign = (claims: Claims) => issuer.sign(claims, 'ES256', ES256)
  const anna = await sign({})
  const [api, worker] = [startProcess(['serve'], env), startProcess(['worker'], env)]
  const { address } = await api.started()
  await worker.started()
  const ask = async (
    method: string,
    path: string,
    token?: string,
    body?: unknown,
  ): Promise<Omit<Answer, 'headers'>> => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const ledger = new IncidentLedger(redis, env.QUEUE_PREFIX)
  return { env, address, ask, api, ledger, newToken, sign, tokens: { carl, vera, anna } }
}

test('a viewer reads, a reviewer answers, an operator stops; the record says who it was, and by which login', async () => {
  const { address, ask, api, ledger, newToken, sign, tokens } = await open()
  const { carl, vera, anna } = tokens
  const sent = await ask('POST', '/webhooks/grafana', undefined, grafanaDelivery({ fault: 'waits' }))
  expect(sent.status).toBe(202)
  const id: string = sent.body.incidents[0].incident_id
  const [incident, review] = [`/incidents/${id}`, `/incidents/${id}/review`]
  await eventually(async () => expect((await ask('GET', incident, vera)).body.status).toBe('awaiting_review'))

  for (const path of ['/incidents', incident, `${incident}/trace`, '/kill-switch']) {
    expect((await ask('GET', path)).body).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect((await ask('GET', path, vera)).status).toBe(200)
  }
  for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(`${address}${path}`)).status).toBe(200)

  const { plan_digest } = (await ask('GET', incident, vera)).body.stages['dry-run']
  const answer = { decision: 'approve', reason: 'seen', plan_digest }
  expect((await ask('POST', review, undefined, answer)).status).toBe(401)
  expect((await ask('POST', review, vera, answer)).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await ask('POST', review, anna, { ...answer, by: 'ben' })).body).toMatchObject({
    status: 400,
    code: 'review_invalid',
    detail: 'by: is "ben", and whoever sends it is "anna": leave it out',
  })
  expect((await ask('POST', review, anna, answer)).body).toMatchObject({ outcome: 'approved' })
  expect((await ask('GET', `${incident}/trace`, vera)).body.records.at(-1)).toMatchObject({
    event: 'review_approved',
    actor: 'reviewer:anna',
    decision_diff: { via: [null, 'oidc'], reason: [null, 'seen'] },
  })

  const order = { engaged: true, scope: 'class:high_memory_usage', reason: 'crash loop' }
  expect((await ask('PUT', '/kill-switch', undefined, order)).status).toBe(401)
  expect((await ask('PUT', '/kill-switch', anna, order)).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await ask('PUT', '/kill-switch', carl, { ...order, by: 'anna' })).body).toMatchObject({
    code: 'kill_switch_invalid',
  })
  expect((await ledger.stops.inForce()).log).toEqual([])
  expect((await ask('PUT', '/kill-switch', carl, { ...order, by: 'carl' })).body).toMatchObject({ changed: true })
  const [stop] = (await ledger.stops.inForce()).engaged
  expect(stop).toMatchObject({ scope: order.scope, by: 'carl', via: 'token', reason: 'crash loop' })

  // One more, while it runs; and one that nobody gave.
  const dora = await newToken('dora', 'operator')
  await eventually(async () => expect((await ask('GET', '/incidents', dora)).status).toBe(200))
  expect((await ask('PUT', '/kill-switch', dora, { ...order, engaged: false })).body).toMatchObject({ changed: true })
  expect((await ask('GET', '/incidents', `${dora}x`)).status).toBe(401)
  // What is mended alike is counted as one, and told apart in the log.
  for (const claims of [{ iss: 'http://other' }, { aud: 'other' }, { exp: 1 }, { nbf: Date.now() / 1000 + 300 }])
    expect((await ask('GET', '/incidents', await sign(claims))).status).toBe(401)
  const metrics = await (await fetch(`${address}/metrics`)).text()
  for (const reason of ['audience', 'expired'])
    expect(metrics).toContain(`interlock_operator_auth_failures_total{reason="${reason}"} 2\n`)

  const lines = api.lines.map(({ event, by, via, reason }) => ({ event, by, via, reason }))
  expect(lines).toEqual(
    expect.arrayContaining([
      { event: 'operator_refused', by: undefined, via: undefined, reason: 'missing' },
      { event: 'operator_refused', by: 'anna', via: 'oidc', reason: 'role' },
      ...['unknown_token', 'issuer', 'audience', 'expired', 'not_yet_valid'].map((reason) => ({
        ...{ event: 'operator_refused', by: undefined, via: undefined, reason },
      })),
      { event: 'review_answered', by: 'anna', via: 'oidc', reason: undefined },
      { event: 'stop_ordered', by: 'carl', via: 'token', reason: 'crash loop' },
      { event: 'resume_ordered', by: 'dora', via: 'token', reason: 'crash loop' },
    ]),
  )
  const logged = JSON.stringify(api.lines)
  for (const token of [carl, vera, anna, dora]) expect(logged).not.toContain(token.slice(-20))
})

test('without a login it says so at start, and refuses to be reached by others or to be production', async () => {
  const { OPERATOR_TOKENS_FILE, OIDC_ISSUER, OIDC_AUDIENCE: _, ...env } = (await open()).env
  const WEBHOOK_SECRETS_FILE = `${OPERATOR_TOKENS_FILE}.secrets`
  await writeFile(WEBHOOK_SECRETS_FILE, 'closed: others')
  const production = { ...env, NODE_ENV: 'production', HOST: '0.0.0.0', OPERATOR_TOKENS_FILE, WEBHOOK_SECRETS_FILE }
  await startProcess(['serve'], production).started()
  const alone = startProcess(['serve'], env)
  await alone.started()
  expect(alone.lines.filter(({ event }) => event === 'operators_open')).toMatchObject([{ level: 'warn' }])
  const reached = await startProcess(['serve'], { ...env, HOST: '0.0.0.0' }).ended()
  expect(reached).toMatchObject({ code: 2, stderr: expect.stringContaining('- OPERATOR_TOKENS_FILE or OIDC_ISSUER') })
  const mocked = { NODE_ENV: 'production', REDIS_URL: '', OIDC_ISSUER }
  const { code, stderr } = await startProcess(['serve'], { ...env, ...mocked }).ended()
  expect(code).toBe(2)
  expect(stderr.match(/^ {2}- \w+/gm)).toEqual(
    ['REDIS_URL', 'WEBHOOK_SECRETS_FILE', 'OIDC_AUDIENCE', 'OIDC_ISSUER'].map((name) => `  - ${name}`),
  )
  const unreadable = { OPERATOR_TOKENS_FILE: `${OPERATOR_TOKENS_FILE}.gone` }
  expect(await startProcess(['serve'], { ...env, ...unreadable }).ended()).toMatchObject({ code: 2 })
})
