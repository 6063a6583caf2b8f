/** Logins of an identity provider that answers over HTTP, with keys of its own: what holds, what does not, and what is asked of it. */
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { AUDIENCE, type Claims, newKey, openIssuer } from '../../../tests/support/issuer.ts'
import type { Operator } from '../../shared/contracts/operator.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { openIdentityProvider } from './identity-provider.ts'
import { Refusal } from './refusal.ts'

const MINUTE = 60_000
const KINDS = ['RS256', 'ES256', 'EdDSA'] as const
const keys = {} as Record<(typeof KINDS)[number] | 'foreign' | 'next', Awaited<ReturnType<typeof newKey>>>

beforeAll(async () => {
  for (const alg of KINDS) keys[alg] = await newKey(alg)
  for (const name of ['foreign', 'next'] as const) keys[name] = await newKey('ES256')
})
afterEach(() => {
  vi.useRealTimers()
})

/** Of the clock alone: what waits for the network waits as ever. */
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds)

const open = async (claim = 'roles') => {
  const { RS256, ES256, EdDSA } = keys
  const { site, issuer, close, ...tokens } = await openIssuer({ RS256, ES256, EdDSA })
  onTestFinished(close)
  vi.useFakeTimers({ toFake: ['Date'] })
  const [metrics, event] = [createMetrics('0'), vi.fn()]
  const settings = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: AUDIENCE, OIDC_ROLE_CLAIM: claim }
  const login = openIdentityProvider(settings, metrics, { event })
  const sign = (others: Claims = {}, alg = 'ES256', key = keys.ES256, kid?: string) =>
    tokens.sign(others, alg, key, kid)
  const said = (token: string | Promise<string>): Promise<Operator | string> =>
    Promise.resolve(token)
      .then(login)
      .catch((error) => {
        if (!(error instanceof Refusal)) throw error
        return `${error.status} ${error.reason}`
      })
  return { ...tokens, site, sign, said, event, metrics }
}

describe('a token that holds', () => {
  it.each(KINDS)('may be signed with %s', async (alg) => {
    const { sign, said } = await open()
    expect(await said(sign({}, alg, keys[alg]))).toEqual({ name: 'anna', role: 'reviewer', means: 'oidc' })
  })

  it.each<[string, unknown, string]>([
    ['one role', ['interlock:viewer'], 'viewer'],
    ['the highest of several', ['interlock:viewer', 'interlock:operator', 'interlock:reviewer'], 'operator'],
    ['words in one text', 'openid interlock:operator email', 'operator'],
  ])('has %s', async (_, roles, role) => {
    const { sign, said } = await open()
    expect(await said(sign({ roles }))).toMatchObject({ role })
  })

  it('has its roles in the claim that is named, and is for several audiences', async () => {
    const { sign, said } = await open('https://example.com/groups')
    const groups = { 'https://example.com/groups': ['interlock:operator'], roles: ['interlock:viewer'] }
    expect(await said(sign({ ...groups, aud: ['other', AUDIENCE] }))).toMatchObject({ role: 'operator' })
  })
})

describe('a token is refused', () => {
  it.each<[string, Claims, string]>([
    ['of another issuer', { iss: 'https://login.example.com' }, '401 issuer'],
    ['of an issuer that begins alike', { iss: 'http://127.0.0.1' }, '401 issuer'],
    ['for another audience', { aud: 'grafana' }, '401 audience'],
    ['for no audience', { aud: undefined }, '401 audience'],
    ['without an end', { exp: undefined }, '401 malformed'],
    ['without a name', { sub: undefined }, '401 malformed'],
    ['with an empty name', { sub: ' ' }, '401 malformed'],
    ['with a name that steers a terminal', { sub: '\u001b[2J' }, '401 malformed'],
    ['without a role', { roles: undefined }, '403 role'],
    ['with roles of something else', { roles: ['operator', 'grafana:operator', 'xinterlock:operator'] }, '403 role'],
    ['with roles that are no list', { roles: { 'interlock:operator': true } }, '403 role'],
  ])('%s', async (_, others, refused) => {
    const { sign, said } = await open()
    expect(await said(sign(others))).toBe(refused)
  })

  it('once it has expired, and before it is valid, but for what clocks may differ', async () => {
    const { sign, said, seconds } = await open()
    expect(await said(sign({ exp: seconds() - 31 }))).toBe('401 expired')
    expect(await said(sign({ exp: seconds() - 20 }))).toMatchObject({ name: 'anna' })
    expect(await said(sign({ nbf: seconds() + 31 }))).toBe('401 not_yet_valid')
    expect(await said(sign({ nbf: seconds() + 20 }))).toMatchObject({ name: 'anna' })
  })

  it('signed with a foreign key, under a name that is known and one that is not', async () => {
    const { sign, said } = await open()
    expect(await said(sign({}, 'ES256', keys.foreign))).toBe('401 signature')
    expect(await said(sign({}, 'ES256', keys.foreign, 'unknown'))).toBe('401 signature')
  })

  it('changed after it was signed', async () => {
    const { sign, said, claims } = await open()
    const [header, , signature] = (await sign()).split('.')
    const payload = Buffer.from(JSON.stringify(claims({ roles: ['interlock:operator'] }))).toString('base64url')
    expect(await said([header, payload, signature].join('.'))).toBe('401 signature')
  })

  it('not signed at all: alg none', async () => {
    const { claims, said, site } = await open()
    expect(await said(new UnsecuredJWT(claims()).encode())).toBe('401 algorithm')
    expect(site.requests).toBe(0)
  })

  it.each(['HS256', 'HS512'])('signed with the public key as if it were a secret: %s', async (alg) => {
    const { claims, said, site } = await open()
    const secret = new TextEncoder().encode(await exportSPKI(keys.RS256.publicKey))
    const forged = new SignJWT(claims()).setProtectedHeader({ alg, kid: 'RS256' }).sign(secret)
    expect(await said(forged)).toBe('401 algorithm')
    expect(site.requests).toBe(0)
  })

  it('signed in another way than its key is for', async () => {
    const { sign, said } = await open()
    expect(await said(sign({}, 'ES256', keys.ES256, 'RS256'))).toBe('401 signature')
  })

  it.each(['a.b.c', '..', 'eyJhbGciOiJFUzI1NiJ9.e30.', `${'x'.repeat(9000)}.y.z`])(
    'of a wrong form: %.30s',
    async (token) => {
      const { said } = await open()
      expect(await said(token)).toMatch(/^401 (malformed|signature)$/)
    },
  )
})

describe('the keys', () => {
  it('are asked for once, however many come at the same time', async () => {
    const { site, sign, said } = await open()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => sign()))
    expect(await Promise.all(tokens.map(said))).toEqual(tokens.map(() => expect.objectContaining({ name: 'anna' })))
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    expect(site.requests).toBe(2)
  })

  it('are used on while the issuer is down, until they are too old; then nobody is let in', async () => {
    const { site, sign, said } = await open()
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    site.down = true
    pass(9 * MINUTE)
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    pass(2 * MINUTE)
    expect(await said(sign())).toBe('503 keys_unavailable')
    site.down = false
    pass(MINUTE)
    expect(await said(sign())).toMatchObject({ name: 'anna' })
  })

  it('that are new are found, but not by asking at every token', async () => {
    const { site, sign, said } = await open()
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    await site.publish('next', keys.next, 'ES256')
    const next = () => sign({}, 'ES256', keys.next, 'next')
    expect(await said(next())).toBe('401 signature')
    pass(MINUTE / 2)
    expect(await said(next())).toMatchObject({ name: 'anna' })
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    const before = site.requests
    for (let n = 0; n < 50; n++)
      expect(await said(sign({}, 'ES256', keys.foreign, `made-up-${n}`))).toBe('401 signature')
    expect(site.requests).toBe(before)
  })

  it('that were taken back do not hold any more', async () => {
    const { site, sign, said } = await open()
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    site.published = site.published.filter(({ kid }) => kid !== 'ES256')
    pass(10 * MINUTE)
    expect(await said(sign())).toBe('401 signature')
  })

  it('are asked for less and less often while the issuer is down', async () => {
    const { site, sign, said, event, metrics } = await open()
    site.down = true
    const minutes = async (count: number) => {
      const before = site.requests
      for (let n = 0; n < count * 60; n++) {
        expect(await said(sign())).toBe('503 keys_unavailable')
        pass(1000)
      }
      return site.requests - before
    }
    const first = await minutes(2)
    expect(first).toBeGreaterThan(2)
    expect(first).toBeLessThan(20)
    expect(await minutes(5)).toBeLessThanOrEqual(10)
    expect(event).toHaveBeenCalledTimes(site.requests)
    expect((await metrics.circuitOpen.get()).values).toMatchObject([{ value: 1 }])
    site.down = false
    pass(MINUTE)
    expect(await said(sign())).toMatchObject({ name: 'anna' })
    expect((await metrics.circuitOpen.get()).values).toMatchObject([{ value: 0 }])
  })

  it.each<[string, Record<string, unknown>]>([
    ['are of another issuer', { issuer: 'https://login.example.com' }],
    ['are nowhere', { jwks_uri: undefined }],
    ['are in a file', { jwks_uri: 'file:///etc/passwd' }],
    ['are where nothing listens', { jwks_uri: 'http://127.0.0.1:1/keys' }],
  ])('count for nothing where they %s', async (_, says) => {
    const { site, sign, said } = await open()
    site.says = says
    expect(await said(sign())).toBe('503 keys_unavailable')
  })
})
