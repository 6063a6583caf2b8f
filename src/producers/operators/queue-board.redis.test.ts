/** The page of the queues: it loads with all that it needs, behind a login and with its headers, and changes nothing. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest'
import { type Api, NO_POLICIES, openApi } from '../../../tests/support/api.ts'
import { grafanaDelivery } from '../../../tests/support/faults.ts'
import type { Authenticate } from './operator-scope.ts'
import { presentedToken } from './presented-token.ts'
import { Refusal } from './refusal.ts'

const TOKEN = randomBytes(32).toString('base64url')
const authenticate: Authenticate = async (request) => {
  if (presentedToken(request) === TOKEN) return { name: 'carl', role: 'operator', means: 'token' }
  throw new Refusal('unknown_token', 'nobody has this token')
}
/** As a browser sends it, and as a script does. */
const LOGINS = {
  browser: { authorization: `Basic ${Buffer.from(`carl:${TOKEN}`).toString('base64')}` },
  script: { authorization: `Bearer ${TOKEN}` },
}

let api: Api
let id: string
beforeAll(async () => {
  api = await openApi(inject('redisUrl'), `board-${randomUUID()}`, NO_POLICIES, {}, undefined, authenticate)
  id = (await api.post('/webhooks/grafana', grafanaDelivery({ fault: 'waits' }))).body.incidents[0].incident_id
})
afterAll(() => api.close())

const ask = (
  url: string,
  method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' = 'GET',
  headers: object = LOGINS.browser,
) => api.server.inject({ method, url, headers: { ...headers } })

test('the page and everything that it loads are there, with headers that keep others out', async () => {
  const page = await ask('/queues')
  const loaded = [...page.payload.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, path]) => `/queues/${path}`)
  expect(page.payload).toContain('<base href="/queues/" />')
  expect(loaded.length).toBeGreaterThan(4)
  for (const url of ['/queues', '/queues/', '/queues/queue/normalize', ...loaded]) {
    const { statusCode, headers } = await ask(url)
    expect([url, statusCode]).toEqual([url, 200])
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none';script-src 'self';.*frame-ancestors 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    })
  }
  // What the policy does not let run is not there to be run: a script in the page would be data.
  const inline = [...page.payload.matchAll(/<script(?![^>]*\bsrc=)([^>]*)>/g)].map(([, attributes]) => attributes)
  expect(inline).toEqual([' id="__UI_CONFIG__" type="application/json"'])
})

test('it shows the jobs', async () => {
  const { queues } = (await ask('/queues/api/queues?activeQueue=normalize&status=waiting&page=1&jobsPerPage=10')).json()
  expect(queues).toMatchObject([{ name: 'normalize', readOnlyMode: true, jobs: [{ id }] }])
  expect((await ask(`/queues/api/queues/normalize/${id}`)).json()).toMatchObject({ job: { id }, status: 'waiting' })
})

describe.each(['/queues', '/queues/', '/queues/api/queues', '/queues/static/favicon.ico'])('%s', (url) => {
  it.each([{}, { authorization: 'Bearer nobodys' }])('lets nobody in with %j', async (headers) => {
    const answer = await ask(url, 'GET', headers)
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.headers['www-authenticate']).toContain('Basic realm="interlock", charset="UTF-8"')
    expect(answer.json()).toMatchObject({ code: 'unauthenticated' })
  })
})

describe.each(Object.entries(LOGINS))('an operator who comes by %s', (_, login) => {
  it.each([
    ['PUT', 'queues/normalize/pause'],
    ['PUT', 'queues/normalize/resume'],
    ['PUT', 'queues/normalize/empty'],
    ['PUT', 'queues/normalize/obliterate'],
    ['PUT', 'queues/normalize/clean/failed'],
    ['PUT', 'queues/normalize/retry/failed'],
    ['PUT', 'queues/normalize/promote'],
    ['POST', 'queues/normalize/add'],
    ['PUT', 'queues/normalize/ID/retry/failed'],
    ['PUT', 'queues/normalize/ID/promote'],
    ['PUT', 'queues/normalize/ID/clean'],
    ['PATCH', 'queues/normalize/ID/update-data'],
    ['PUT', 'queues/pause'],
    ['PUT', 'queues/resume'],
    ['DELETE', 'queues/normalize/ID'],
  ] as const)('cannot %s %s', async (method, path) => {
    const answer = await ask(`/queues/api/${path.replace('ID', id)}`, method, login)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'route_unknown'])
    expect(await api.queue.isPaused()).toBe(false)
    expect(await api.queue.getWaitingCount()).toBe(1)
  })
})

test('nothing under it does more than read, whatever a newer version adds', () => {
  const [, below = ''] = api.server.printRoutes({ commonPrefix: false }).split('── /queues ')
  const [own = ''] = below.split(/^[├└]/m)
  const methods = [...own.matchAll(/\(([A-Z, ]+)\)/g)].map(([, listed = '']) => listed.split(', ').sort())
  expect(methods.length).toBeGreaterThan(10)
  expect(new Set(methods.flat())).toEqual(new Set(['GET', 'HEAD']))
})

test('what is not there, and what fails, is answered as everywhere', async () => {
  expect((await ask('/queues/api/queues/nowhere/1')).statusCode).toBe(404)
  const broken = await ask('/queues/api/queues/normalize/%ZZ')
  expect(broken.statusCode).toBe(400)
  expect(broken.payload).not.toMatch(/node_modules|\bat /)
})
