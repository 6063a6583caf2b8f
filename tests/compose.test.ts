/** compose.yaml: what Compose accepts, what must hold for every service, and that it fits the code. No engine runs here. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { apiNeeds } from '../src/producers/api-needs.ts'
import { loadConfig } from '../src/shared/config.ts'
import { StageName } from '../src/shared/contracts/audit-record.ts'
import { DRAIN_DEADLINE_MS } from '../src/shared/lifecycle.ts'
import { composeFile, hardeningProblems, schemaProblems, stackOf } from './support/compose.ts'
import { patched } from './support/fixture.ts'

const file = composeFile()
const stack = stackOf(file)
const problemsIn = (changed: unknown) => hardeningProblems(stackOf(changed), DRAIN_DEADLINE_MS / 1000)
const change = (service: string, patch: object) => patched(file, { services: { [service]: patch } })

describe('the public schema of the Compose specification', () => {
  it('accepts it', () => expect(schemaProblems(file)).toEqual([]))

  it.each([
    ['an unknown key', { readonly: true }],
    ['a number for an image', { image: 7 }],
    ['an unknown condition', { depends_on: { redis: { condition: 'healthy' } } }],
    ['a healthcheck in words', { healthcheck: 'wget' }],
  ])('would not accept %s', (_, patch) => expect(schemaProblems(change('api', patch))).not.toEqual([]))
})

describe('every service', () => {
  it('is hardened, waits for what it needs, and has its secrets in files', () => expect(problemsIn(file)).toEqual([]))

  it.each([
    ['api', { read_only: false }, 'can write into its own files'],
    ['redis', { cap_drop: ['NET_ADMIN'] }, 'keeps capabilities'],
    ['redis', { cap_add: ['SETUID'] }, 'keeps capabilities'],
    ['grafana', { security_opt: undefined }, 'may gain privileges'],
    ['grafana', { privileged: true }, 'reaches into the host'],
    ['prometheus', { user: undefined }, 'runs as root'],
    ['prometheus', { user: '0:0' }, 'runs as root'],
    ['worker-dry-run', { stop_grace_period: '20s' }, 'is killed before it has drained'],
    ['worker-dry-run', { stop_grace_period: undefined }, 'is killed before it has drained'],
    ['redis', { image: 'redis' }, 'has no version'],
    ['redis', { image: 'redis:latest' }, 'has no version'],
    ['api', { ports: ['8080:8080'] }, 'is open to the network'],
    ['worker-readiness', { container_name: 'readiness' }, 'cannot be scaled'],
    ['api', { depends_on: { redis: { condition: 'service_started' } } }, 'does not wait for redis to be healthy'],
    ['api', { environment: { REDIS_PASSWORD: 'x' } }, 'has a secret in REDIS_PASSWORD'],
    ['api', { secrets: ['webhook_secrets', 'operator_tokens'] }, 'is not given the secret redis_password'],
    ['api', { secrets: ['redis_password', 'operator_tokens'] }, 'is not given the secret webhook_secrets'],
    ['api', { secrets: ['redis_password', 'webhook_secrets'] }, 'is not given the secret operator_tokens'],
    ['redis', { secrets: [] }, 'is not given the secret redis_password'],
    ['api', { volumes: ['./policies:/app/policies'] }, 'mounts ./policies, which is not there or can be written'],
    ['api', { volumes: ['./nowhere:/app/policies:ro'] }, 'mounts ./nowhere, which is not there or can be written'],
    ['redis', { volumes: ['data:/data'] }, 'mounts data, which is no volume'],
  ])('%s with %j', (service, patch, problem) => {
    expect(problemsIn(change(service, patch))).toEqual([`${service} ${problem}`])
  })
})

describe('the stack', () => {
  const ours = Object.entries(stack.services).filter(([, { image }]) => image === 'interlock')

  it('has an API, a worker for each stage and nothing else of ours but the tool', () => {
    expect(Object.fromEntries(ours.map(([name, { command }]) => [name, command]))).toEqual({
      api: [],
      ...Object.fromEntries(
        StageName.options.map((stage) => [`worker-${stage}`, ['node', 'bin/interlock', 'worker', stage]]),
      ),
      interlock: ['--help'],
    })
    expect(Object.keys(stack.services).filter((name) => !ours.some(([own]) => own === name))).toEqual([
      ...['redis', 'prometheus', 'alertmanager', 'grafana'],
    ])
  })

  it.each(ours)('gives %s an environment that it takes', (name, { environment }) => {
    // As Compose fills them in where nothing is set.
    const filled = Object.entries(environment).map(([key, value]) => [key, value.replace(/\$\{\w+:-(.*?)\}/g, '$1')])
    const config: Record<string, unknown> = loadConfig(
      Object.fromEntries(filled),
      name === 'api' ? apiNeeds : undefined,
    )
    for (const [key, value] of filled) if (value) expect(config).toHaveProperty(String(key), value)
    expect(config.NODE_ENV).toBe('production')
  })

  it('starts the tool only when it is called, and everything else always', () => {
    const called = Object.entries(stack.services).filter(([, { profiles }]) => profiles.length > 0)
    expect(called.map(([name, { profiles }]) => [name, profiles])).toEqual([['interlock', ['tools']]])
  })

  it('keeps its secrets out of the repository, and out of the image', () => {
    for (const { file: secret } of Object.values(stack.secrets))
      expect(execFileSync('git', ['check-ignore', secret], { encoding: 'utf8' }).trim()).toBe(secret)
  })

  it('has behind every name and port that others look for it by the service that is meant', () => {
    const yaml = (path: string) => parse(readFileSync(path, 'utf8'))
    const { scrape_configs, alerting } = yaml('prometheus/prometheus.yml')
    const scraped = scrape_configs.flatMap(
      ({ dns_sd_configs }: { dns_sd_configs: { names: string[]; port: number }[] }) =>
        dns_sd_configs.flatMap(({ names, port }) => names.map((name) => [name, port])),
    )
    expect(scraped).toEqual([['api', 8080], ...StageName.options.map((stage) => [`worker-${stage}`, 9464])])
    expect(loadConfig({})).toMatchObject({ PORT: 8080, WORKER_PORT: 9464 })
    expect(alerting.alertmanagers[0].static_configs[0].targets).toEqual(['alertmanager:9093'])
    const [{ url }] = yaml('grafana/provisioning/datasources/prometheus.yaml').datasources
    expect(url).toBe('http://prometheus:9090')
    const [{ options }] = yaml('grafana/provisioning/dashboards/interlock.yaml').providers
    expect(stack.services.grafana?.volumes).toContain(`./grafana/dashboards:${options.path}:ro`)
    const reached = { api: 8080, prometheus: 9090, alertmanager: 9093, grafana: 3000 }
    for (const [name, port] of Object.entries(reached))
      expect(stack.services[name]?.ports).toEqual([`127.0.0.1:${port}:${port}`])
  })
})
