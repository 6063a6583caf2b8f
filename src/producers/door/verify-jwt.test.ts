/** Tokens of an issuer that answers over HTTP, with keys of its own, at the door of a source: what holds, and what does not. */
import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { OPEN_DOOR } from '../../../tests/support/api.ts'
import { type Claims, newKey, openIssuer } from '../../../tests/support/issuer.ts'
import { Problem } from '../../shared/problem.ts'
import { findSource } from '../../shared/sources/index.ts'
import { createMetrics } from '../../shared/telemetry/metrics.ts'
import { openIssuers } from './open-issuers.ts'
import { Unauthorized } from './unauthorized.ts'
import { verifyDelivery } from './verify-delivery.ts'
import { parseSecrets } from './webhook-secrets.ts'

const APP = '11111111-2222-4333-8444-555555555555'
const keys = {} as Record<'RS256' | 'ES256' | 'foreign', Awaited<ReturnType<typeof newKey>>>
beforeAll(async () => {
  for (const alg of ['RS256', 'ES256'] as const) keys[alg] = await newKey(alg)
  keys.foreign = await newKey('RS256')
})

const open = async () => {
  const { site, issuer, close, ...tokens } = await openIssuer({ RS256: keys.RS256, ES256: keys.ES256 })
  onTestFinished(close)
  const metrics = createMetrics('0')
  const issuers = openIssuers(metrics, { event: vi.fn() })
  const jwt = { issuer, audience: 'interlock', app_id: APP }
  const secrets = parseSecrets(JSON.stringify({ sources: { azure_monitor: { jwt } } }), 'secrets.json')
  const door = { ...OPEN_DOOR, issuers, secrets: () => secrets }
  const source = findSource('azure_monitor')
  if (!source) throw new Error('there is no azure_monitor')
  /** Null where it is taken; why not, otherwise. */
  const refusalOf = async (authorization: string | undefined, now = Date.now()): Promise<string | null> => {
    const presented = { headers: authorization === undefined ? {} : { authorization }, query: {} }
    const judge = async () => verifyDelivery(source, Buffer.from('{}'), presented, door, now)
    return judge().then(
      () => null,
      (error) => {
        if (error instanceof Unauthorized) return error.reason
        if (error instanceof Problem) return error.code
        throw error
      },
    )
  }
  const claims = (others: Claims = {}) => tokens.claims({ sub: APP, appid: APP, roles: undefined, ...others })
  const said = async (others: Claims = {}, alg = 'RS256', key = keys.RS256, kid?: string, now?: number) =>
    refusalOf(`Bearer ${await tokens.sign(claims(others), alg, key, kid)}`, now)
  return { site, claims, metrics, refusalOf, said, seconds: tokens.seconds }
}

describe('a token holds', () => {
  it.each<[string, Claims]>([
    ['of version 1', {}],
    ['of version 2', { appid: undefined, azp: APP }],
    ['for several audiences', { aud: ['other', 'interlock'] }],
  ])('%s', async (_, others) => {
    const { said } = await open()
    expect(await said(others)).toBeNull()
  })

  it('and its keys are asked for once', async () => {
    const { said, site } = await open()
    expect(await Promise.all(Array.from({ length: 20 }, () => said()))).toEqual(Array(20).fill(null))
    expect(site.requests).toBe(2)
  })
})

describe('a token is refused', () => {
  it.each<[string, Claims, string]>([
    ['of another issuer', { iss: 'https://sts.windows.net/00000000-1111-4222-8333-444444444444/' }, 'issuer'],
    ['for another audience', { aud: 'api://another' }, 'audience'],
    ['for no audience', { aud: undefined }, 'audience'],
    ['without an end', { exp: undefined }, 'malformed'],
    ['given to another application', { appid: APP.replace('1', '2') }, 'app'],
    ['given to another application, as version 2 says it', { appid: undefined, azp: 'x' }, 'app'],
    ['given to nobody', { appid: undefined }, 'app'],
    ['given to a list with the application', { appid: [APP] }, 'app'],
  ])('%s', async (_, others, reason) => {
    const { said } = await open()
    expect(await said(others)).toBe(reason)
  })

  it('once it has expired, and before it is valid, but for what clocks may differ', async () => {
    const { said, seconds } = await open()
    const now = Date.now()
    expect(await said({ exp: seconds() - 40 }, 'RS256', keys.RS256, undefined, now)).toBe('stale')
    expect(await said({ exp: seconds() - 20 }, 'RS256', keys.RS256, undefined, now)).toBeNull()
    expect(await said({ nbf: seconds() + 40 }, 'RS256', keys.RS256, undefined, now)).toBe('stale')
    expect(await said({}, 'RS256', keys.RS256, undefined, now + 600_000)).toBe('stale')
  })

  it('signed with a foreign key, under a name that is known and one that is not', async () => {
    const { said } = await open()
    expect(await said({}, 'RS256', keys.foreign)).toBe('mismatch')
    expect(await said({}, 'RS256', keys.foreign, 'unknown')).toBe('mismatch')
  })

  it('not signed at all, with the public key as a secret, or in another way than Entra ID signs', async () => {
    const { claims, refusalOf, said, site } = await open()
    const secret = new TextEncoder().encode(await exportSPKI(keys.RS256.publicKey))
    const forged = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret)
    expect(await refusalOf(`Bearer ${new UnsecuredJWT(claims()).encode()}`)).toBe('algorithm')
    expect(await refusalOf(`Bearer ${forged}`)).toBe('algorithm')
    expect(await said({}, 'ES256', keys.ES256)).toBe('algorithm')
    expect(site.requests).toBe(0)
  })

  it.each<[string | undefined, string]>([
    [undefined, 'missing'],
    ['', 'missing'],
    ['Basic aW50ZXJsb2NrOng=', 'missing'],
    ['Bearer x', 'malformed'],
    ['Bearer a.b.c', 'malformed'],
  ])('that is none: %s', async (authorization, reason) => {
    const { refusalOf } = await open()
    expect(await refusalOf(authorization)).toBe(reason)
  })
})

describe('where the issuer gives no keys', () => {
  it('nobody is let in, and the sender is told to come again', async () => {
    const { said, site, metrics } = await open()
    site.down = true
    expect(await said()).toBe('issuer_unavailable')
    const open_circuits = (await metrics.circuitOpen.get()).values.map(({ labels, value }) => [
      labels.dependency,
      value,
    ])
    expect(open_circuits).toContainEqual(['webhook_issuer', 1])
  })

  it('those that are known are used on', async () => {
    const { said, site } = await open()
    expect(await said()).toBeNull()
    site.down = true
    expect(await said()).toBeNull()
  })

  it('nor those of an issuer of another name', async () => {
    const { said, site } = await open()
    site.says = { issuer: 'https://login.example.com' }
    expect(await said()).toBe('issuer_unavailable')
  })
})
