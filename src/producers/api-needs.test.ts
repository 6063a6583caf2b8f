/** Which starts are refused for want of secrets or of a login, or for one that anybody could make. */
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../shared/config.ts'
import { apiNeeds } from './api-needs.ts'

const FILE = { OPERATOR_TOKENS_FILE: '/run/secrets/operator_tokens' }
const SECRETS = { WEBHOOK_SECRETS_FILE: '/run/secrets/webhook_secrets' }
const PRODUCTION = { NODE_ENV: 'production', REDIS_URL: 'redis://redis:6379', ...SECRETS }
const OIDC = { OIDC_ISSUER: 'https://login.example.com/realms/ops', OIDC_AUDIENCE: 'interlock' }

/** The variables that the refusal names, in order; none where it starts. */
const refused = (env: Record<string, string>): string[] => {
  try {
    loadConfig(env, apiNeeds)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n').flatMap((line) => / {2}- (\S+)/.exec(line)?.[1] ?? [])
  }
}

describe('in production', () => {
  it('names all that is missing or not to be taken, at once', () => {
    expect(refused({ NODE_ENV: 'production' })).toEqual([
      ...['REDIS_URL', 'WEBHOOK_SECRETS_FILE', 'OPERATOR_TOKENS_FILE'],
    ])
    expect(refused({ NODE_ENV: 'production', PORT: 'x', OIDC_ISSUER: 'http://localhost:9000' })).toEqual([
      ...['PORT', 'REDIS_URL', 'WEBHOOK_SECRETS_FILE', 'OIDC_AUDIENCE', 'OIDC_ISSUER'],
    ])
  })

  it.each([FILE, OIDC, { ...FILE, ...OIDC }])('starts with %j', (logins) => {
    expect(refused({ ...PRODUCTION, ...logins, HOST: '0.0.0.0' })).toEqual([])
  })

  it.each([
    ...['http://login.example.com', 'https://localhost', 'https://LOCALHOST:8443/realms/ops', 'https://localhost.'],
    ...['https://idp.localhost', 'https://127.0.0.1:9000', 'https://127.1', 'https://0x7f000001', 'https://0.0.0.0'],
    ...['https://[::1]:9000', 'https://[::]', 'https://[::ffff:127.0.0.1]'],
  ])('takes no logins of %s', (OIDC_ISSUER) => {
    expect(refused({ ...PRODUCTION, ...FILE, ...OIDC, OIDC_ISSUER })).toEqual(['OIDC_ISSUER'])
  })

  it('takes those of a host that is only called alike', () => {
    for (const OIDC_ISSUER of ['https://localhost.example.com', 'https://127.0.0.1.example.com', 'https://10.0.0.1'])
      expect(refused({ ...PRODUCTION, ...OIDC, OIDC_ISSUER })).toEqual([])
  })
})

describe('elsewhere', () => {
  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])(
    'needs no login on %s, which only its host reaches',
    (HOST) => {
      expect(refused({ HOST })).toEqual([])
    },
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', 'interlock.internal'])('needs one on %s, which others reach', (HOST) => {
    expect(refused({ HOST })).toEqual(['OPERATOR_TOKENS_FILE'])
    expect(refused({ HOST, ...FILE })).toEqual([])
  })

  it('takes an issuer of its own host, since that is how logins are tried', () => {
    expect(refused({ OIDC_ISSUER: 'http://127.0.0.1:9000', OIDC_AUDIENCE: 'interlock' })).toEqual([])
  })

  it('needs issuer and audience together', () => {
    expect(refused({ OIDC_ISSUER: OIDC.OIDC_ISSUER })).toEqual(['OIDC_AUDIENCE'])
    expect(refused({ OIDC_AUDIENCE: 'interlock' })).toEqual(['OIDC_ISSUER'])
  })
})

it.each(['https://anna:hunter2@login.example.com', 'https://login.example.com?token=hunter2'])(
  'shows no secret of OIDC_ISSUER=%s, which it does not take',
  (OIDC_ISSUER) => {
    const start = () => loadConfig({ ...PRODUCTION, ...OIDC, OIDC_ISSUER }, apiNeeds)
    expect(start).toThrow('OIDC_ISSUER is "')
    expect(start).not.toThrow('hunter2')
  },
)
