/** Who gets in: every role on every kind of route, and every way not to be let in, without a server behind it. */
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { Role } from '../../shared/contracts/operator.ts'
import { Problem } from '../../shared/problem.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { everybody } from './open-operators.ts'
import { type Authenticate, addOperatorScope } from './operator-scope.ts'
import { hashOf, ownerOf } from './operator-tokens.ts'
import { presentedToken } from './presented-token.ts'
import { Refusal } from './refusal.ts'

const TOKEN = Object.fromEntries(Role.options.map((role) => [role, randomBytes(32).toString('base64url')]))
const tokens = Role.options.map((role) => ({ name: `a ${role}`, role, sha256: hashOf(TOKEN[role] ?? '') }))
const byToken: Authenticate = async (request) => {
  const owner = ownerOf(presentedToken(request), tokens)
  if (owner) return owner
  throw new Refusal('unknown_token', 'nobody has this token')
}

const open = (authenticate = byToken) => {
  const [metrics, event, app] = [createMetrics('0'), vi.fn(), Fastify()]
  app.setErrorHandler((error, _, reply) => {
    if (!(error instanceof Problem)) throw error
    return reply.code(error.status).send(error.toDocument())
  })
  addOperatorScope(app, { authenticate, metrics, log: { event } }, (scope) => {
    scope.get('/reads', ({ operator }) => operator)
    for (const role of ['reviewer', 'operator'] as const)
      scope.post(`/needs-${role}`, { config: { role } }, ({ operator }) => operator)
  })
  app.get('/outside', () => 'open')
  const ask = async (
    url: string,
    authorization?: string,
    method: 'GET' | 'POST' = url === '/reads' ? 'GET' : 'POST',
  ) => {
    const { statusCode, headers, payload } = await app.inject({
      method,
      url,
      headers: authorization === undefined ? {} : { authorization },
    })
    return { status: statusCode, asks: headers['www-authenticate'], body: JSON.parse(payload) }
  }
  const refused = async () =>
    (await metrics.operatorAuthFailures.get()).values.flatMap(({ labels, value }) => (value ? [labels.reason] : []))
  return { app, ask, refused, event }
}

const basic = (password: string, user = 'anybody') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

it('strangers are told of ten times a second, and counted each time; who is known is told of always', async () => {
  const { ask, event } = open()
  const started = Date.now()
  for (let times = 0; times < 300; times++) await ask('/reads', 'Bearer made-up')
  const seconds = Math.ceil((Date.now() - started) / 1000) + 1
  expect(event.mock.calls.length).toBeGreaterThan(0)
  expect(event.mock.calls.length).toBeLessThanOrEqual(10 * seconds)
  event.mockClear()
  for (let times = 0; times < 30; times++) await ask('/needs-operator', `Bearer ${TOKEN.viewer}`)
  expect(event.mock.calls.length).toBe(30)
})

describe('a role', () => {
  it.each([
    ['viewer', '/reads', 200],
    ['viewer', '/needs-reviewer', 403],
    ['viewer', '/needs-operator', 403],
    ['reviewer', '/reads', 200],
    ['reviewer', '/needs-reviewer', 200],
    ['reviewer', '/needs-operator', 403],
    ['operator', '/reads', 200],
    ['operator', '/needs-reviewer', 200],
    ['operator', '/needs-operator', 200],
  ])('%s on %s is answered %d', async (role, url, status) => {
    const { ask, refused, event } = open()
    const answer = await ask(url, `Bearer ${TOKEN[role]}`)
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body).toEqual({ name: `a ${role}`, role, means: 'token' })
    else {
      expect(answer).toMatchObject({ asks: undefined, body: { code: 'forbidden' } })
      expect(answer.body.detail).toBe(`a ${role} is ${role}: this needs the role ${url.replace('/needs-', '')}`)
      const line = { request_id: 'req-1', route: url, status, reason: 'role', by: `a ${role}`, via: 'token' }
      expect(event.mock.calls).toEqual([['operator_refused', line]])
    }
    expect(await refused()).toEqual(status === 200 ? [] : ['role'])
  })
})

describe('a request', () => {
  it.each([
    ['without a login', undefined, 'missing'],
    ['with an empty one', '', 'missing'],
    ['with another scheme', 'Digest abc', 'malformed'],
    ['with a token alone', TOKEN.viewer, 'malformed'],
    ['with nothing behind the scheme', 'Bearer', 'malformed'],
    ['with two tokens', `Bearer ${TOKEN.viewer} ${TOKEN.viewer}`, 'malformed'],
    ['with nobody’s token', `Bearer ${randomBytes(32).toString('base64url')}`, 'unknown_token'],
    ['with the hash of a token', `Bearer ${hashOf(TOKEN.operator ?? '')}`, 'unknown_token'],
    ['with a token cut short', `Bearer ${TOKEN.operator?.slice(0, -1)}`, 'unknown_token'],
    ['of a browser without a password', basic(''), 'malformed'],
    ['of a browser with nobody’s', basic('secret'), 'unknown_token'],
    ['of a browser, not in base64', 'Basic ????', 'malformed'],
  ])('%s is answered 401 and counted', async (_, authorization, reason) => {
    const { ask, refused, event } = open()
    const answer = await ask('/reads', authorization)
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(answer.asks).toEqual(['Bearer realm="interlock"', 'Basic realm="interlock", charset="UTF-8"'])
    expect(await refused()).toEqual([reason])
    expect(event).toHaveBeenCalledTimes(1)
    for (const said of [JSON.stringify(answer), JSON.stringify(event.mock.calls)])
      for (const secret of [...Object.values(TOKEN), 'secret', 'Digest', '????']) expect(said).not.toContain(secret)
  })

  it('of a browser may look, with any user name', async () => {
    const { ask } = open()
    expect(await ask('/reads', basic(TOKEN.operator ?? '', 'ben'))).toMatchObject({
      status: 200,
      body: { name: 'a operator' },
    })
  })

  it('of a browser may order nothing, since any page can have a browser send it', async () => {
    const { ask, refused } = open()
    expect(await ask('/needs-operator', basic(TOKEN.operator ?? ''))).toMatchObject({
      status: 401,
      asks: ['Bearer realm="interlock"'],
    })
    expect(await refused()).toEqual(['malformed'])
  })

  it('is refused before its body is read', async () => {
    const { app } = open()
    const headers = { 'content-type': 'text/nothing-that-is-read' }
    const { statusCode } = await app.inject({ method: 'POST', url: '/needs-operator', headers, payload: 'x' })
    expect(statusCode).toBe(401)
  })

  it('outside the scope needs no login, and HEAD inside it does', async () => {
    const { app } = open()
    expect((await app.inject('/outside')).statusCode).toBe(200)
    expect((await app.inject({ method: 'HEAD', url: '/reads' })).statusCode).toBe(401)
  })
})

it('without a login set up everybody is operator, by their own word', async () => {
  expect(await open(everybody).ask('/needs-operator')).toMatchObject({ status: 200, body: { means: 'open' } })
})

it('what fails in the look for a login is no refusal', async () => {
  const { ask, refused } = open(async () => {
    throw new Error('out of memory')
  })
  expect((await ask('/reads', 'Bearer x')).status).toBe(500)
  expect(await refused()).toEqual([])
})

it('a route that does more than read and asks for no role is never served', async () => {
  const app = Fastify()
  addOperatorScope(app, { authenticate: everybody, metrics: createMetrics('0'), log: { event: vi.fn() } }, (scope) => {
    scope.delete('/incidents', () => 'gone')
  })
  await expect(app.ready()).rejects.toThrow('DELETE /incidents does not say which role it needs')
})
