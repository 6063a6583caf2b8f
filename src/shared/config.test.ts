import { describe, expect, it } from 'vitest'
import { ConfigError, crashPlan, loadConfig, withoutSecrets } from './config.ts'

const problemsOf = (env: Record<string, string>): string => {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('loadConfig', () => {
  it('takes no secret in PROMETHEUS_URL, and shows none', () => {
    expect(problemsOf({ PROMETHEUS_URL: 'http://anna:secret@localhost:9090' })).not.toMatch(/anna|secret/)
    expect(problemsOf({ PROMETHEUS_URL: 'http://localhost:9090?token=secret' })).toContain(
      '"http://localhost:9090?***"',
    )
  })

  it('has the documented defaults when nothing is set', () => {
    expect(loadConfig({ PATH: '/bin', HOME: '' })).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      WEBHOOK_RATE_LIMIT: 3000,
      WORKER_PORT: 9464,
      POLICY_DIR: 'policies',
      QUEUE_PREFIX: 'interlock',
      REVISION: 'unknown',
      LEDGER_RETENTION: '30d',
      OIDC_ROLE_CLAIM: 'roles',
      LOG_LEVEL: 'info',
      NODE_ENV: 'development',
    })
  })

  it.each([
    ['REDIS_URL', 'redis://:secret@redis.internal:6380/2', 'redis://:secret@redis.internal:6380/2'],
    ['REDIS_URL', 'rediss://redis', 'rediss://redis'],
    ['REDIS_URL', 'redis+sentinel://a:1,b/main/1', 'redis+sentinel://a:1,b/main/1'],
    ['REDIS_URL', 'redis+cluster://u:p%40@a:1,b', 'redis+cluster://u:p%40@a:1,b'],
    ['HOST', '::', '::'],
    ['PORT', '0', 0],
    ['WORKER_PORT', '65535', 65_535],
    ['QUEUE_PREFIX', 'team_A-1', 'team_A-1'],
    ['WORKER_CONCURRENCY', '1000', 1000],
    ['WEBHOOK_RATE_LIMIT', '100000', 100_000],
    ['TRUSTED_PROXIES', '10.0.0.0/8, 192.0.2.7,2001:db8::/32', ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']],
    ['LEDGER_RETENTION', '36h', '36h'],
    ['PROMETHEUS_URL', 'https://metrics.internal/prometheus', 'https://metrics.internal/prometheus'],
    ['PROMETHEUS_TOKEN_FILE', '/run/secrets/token', '/run/secrets/token'],
    ['OIDC_ISSUER', 'https://login.example.com/', 'https://login.example.com/'],
    ['LOG_LEVEL', 'error', 'error'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318', 'http://collector:4318'],
    ['NODE_ENV', 'test', 'test'],
    ['PORT', '', 8080],
  ])('reads %s=%s', (name, value, expected) => {
    expect(loadConfig({ [name]: value })).toHaveProperty(name, expected)
  })

  it.each([
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis://localhost:6379/prod'],
    ['REDIS_URL', 'redis+sentinel://localhost:26379'],
    ['REDIS_URL', 'redis://localhost:6379/1/2'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis+cluster://'],
    ['REDIS_URL', 'redis+cluster://a:1,b:2/1'],
    ['REDIS_URL', 'redis+cluster://a:1,b:2#other'],
    ['REDIS_URL', 'redis://:50%off@localhost'],
    ['REDIS_URL', 'redis+sentinel://user%:x@a/main'],
    ['REDIS_URL', 'redis+cluster://:%zz@a:1'],
    ['PROMETHEUS_URL', 'localhost:9090'],
    ['PROMETHEUS_URL', 'http://user:secret@localhost:9090'],
    ['HOST', 'two words'],
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['PORT', '8e3'],
    ['WORKER_PORT', ' 1'],
    ['QUEUE_PREFIX', 'a:b'],
    ['QUEUE_PREFIX', 'a{b}'],
    ['WORKER_CONCURRENCY', '0'],
    ['WEBHOOK_RATE_LIMIT', '0'],
    ['WEBHOOK_RATE_LIMIT', '1000001'],
    ['TRUSTED_PROXIES', 'true'],
    ['TRUSTED_PROXIES', 'proxy.internal'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1,'],
    ['TRUSTED_PROXIES', '10.0.0.1,0.0.0.0/0'],
    ['TRUSTED_PROXIES', '::/0'],
    ['WORKER_CONCURRENCY', '1001'],
    ['WORKER_CONCURRENCY', '1.5'],
    ['LEDGER_RETENTION', '30'],
    ['LEDGER_RETENTION', '999ms'],
    ['LEDGER_RETENTION', '366d'],
    ['OIDC_ISSUER', 'login.example.com'],
    ['LOG_LEVEL', 'verbose'],
    ['LOG_LEVEL', 'silent'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:secret@collector:4318'],
    ['NODE_ENV', 'staging'],
  ])('refuses %s=%s, naming the variable, the value and what is expected', (name, value) => {
    expect(problemsOf({ [name]: value })).toMatch(new RegExp(`- ${name} is ".*${value.slice(-3)}": must be \\w+`))
  })

  it('names every bad variable at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'loud', QUEUE_PREFIX: 'a b', NODE_ENV: 'production' })
    expect(problems.split('\n').map((line) => line.split(' ')[3])).toEqual([
      'not',
      'PORT',
      'QUEUE_PREFIX',
      'LOG_LEVEL',
      'REDIS_URL',
    ])
  })

  it('asks for REDIS_URL in production only', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toContain('REDIS_URL is not set')
    expect(loadConfig({ NODE_ENV: 'production', REDIS_URL: 'redis://r:1' }).REDIS_URL).toBe('redis://r:1')
    expect(loadConfig({ NODE_ENV: 'development' }).REDIS_URL).toBeUndefined()
  })

  it.each([
    'http://user:hunter2@host:6379',
    'redis//user:hunter2@host',
    'foo://host?password=hunter2',
    'x hunter2@y@z',
    'redis://:hunter2%zz@host:6379',
    'redis+sentinel://:hunter2%@host/main',
    'redis+sentinel://host/main?sentinel_password=hunter2%',
  ])('never prints the password in REDIS_URL=%s', (url) => {
    expect(problemsOf({ REDIS_URL: url })).toContain('REDIS_URL is "')
    expect(problemsOf({ REDIS_URL: url })).not.toContain('hunter2')
  })
})

it.each([
  ['redis://user:p%40ss@host:6379/0', 'redis://***@host:6379/0'],
  ['redis://:p@ss@host:6379', 'redis://***@host:6379'],
  ['rediss://host:6379/0?password=x', 'rediss://host:6379/0?***'],
  ['redis://host', 'redis://host'],
])('withoutSecrets(%s) is %s', (url, shown) => {
  expect(withoutSecrets(url)).toBe(shown)
})

describe('crashPlan', () => {
  const points = ['stage:decided', 'stage:fetched'] as const

  it('reads the point, the passing and the signal, and nothing of nothing', () => {
    expect(crashPlan(points, 'stage:decided 3 SIGSTOP')).toEqual({
      point: 'stage:decided',
      passing: 3,
      signal: 'SIGSTOP',
    })
    expect(crashPlan(points, undefined)).toBeNull()
    expect(crashPlan(points, '')).toBeNull()
  })

  it.each(['stage:decided', 'stage:begun 1 SIGKILL', 'stage:decided 0 SIGKILL', 'stage:decided 1 SIGTERM'])(
    'refuses %j and says what there is',
    (text) => {
      expect(() => crashPlan(points, text)).toThrow(/CRASH_AT is ".*": must be one of stage:decided, stage:fetched/)
    },
  )
})
