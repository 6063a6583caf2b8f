/** The secrets in force: changed without a restart, and kept where a change is invalid. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NO_POLICIES } from '../../../tests/support/api.ts'
import type { InForce } from '../../shared/follow-file.ts'
import type { Log } from '../../shared/telemetry/log.ts'
import { secretsInForce } from './secrets-in-force.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'

const SECRET = 'hunter2-hunter2-hunter2'
const ALL_CLOSED = 'closed: others'

let dir: string
let file: string
let events: [string, unknown][]
let opened: InForce<WebhookSecrets>[]
let alive: NodeJS.Timeout
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'interlock-secrets-'))
  file = join(dir, 'secrets.yaml')
  events = []
  opened = []
  // The watch itself keeps no process alive.
  alive = setInterval(() => {}, 1000)
})
afterEach(async () => {
  for (const one of opened) one.close()
  clearInterval(alive)
  await rm(dir, { recursive: true })
})

/** In one step, so that no half of it is ever seen. */
const write = async (text: string) => {
  await writeFile(`${file}.next`, text)
  await rename(`${file}.next`, file)
}
const log: Log = {
  event: (name, fields = {}) => events.push([name, 'err' in fields ? String(fields.err) : (fields as object)]),
}
const open = async (NODE_ENV: 'production' | 'development', WEBHOOK_SECRETS_FILE: string | undefined = file) => {
  const secrets = await secretsInForce({ NODE_ENV, WEBHOOK_SECRETS_FILE }, () => NO_POLICIES, log, 5)
  opened.push(secrets)
  return secrets
}

describe('at start', () => {
  it('warns outside production of each source that is really unsigned', async () => {
    await write(`{sources: {grafana: {bearer: [${SECRET}]}}, open: [zabbix], closed: [sentry]}`)
    await open('development')
    expect(events).toEqual([
      ['secrets_loaded', { sources: ['grafana'] }],
      ['unsigned_sources', { sources: expect.arrayContaining(['zabbix', 'pagerduty']) }],
    ])
    expect(events[1]?.[1]).toEqual({ sources: expect.not.arrayContaining(['grafana', 'sentry', 'custom']) })
  })

  it('warns of all without a file, and of none where all are closed', async () => {
    await open('development', '')
    expect(events).toEqual([['unsigned_sources', { sources: expect.any(Array) }]])
    await write(ALL_CLOSED)
    events = []
    await open('production')
    expect(events).toEqual([['secrets_loaded', { sources: [] }]])
  })

  it('refuses in production what is open by accident, naming all of it at once', async () => {
    await write(`{sources: {grafana: {bearer: [${SECRET}]}}, open: [zabbix]}`)
    const refused = await open('production').catch((error) => error)
    expect(refused).toMatchObject({
      code: 'sources_unsigned',
      message: expect.stringContaining('14 have no proof of who sends'),
    })
    for (const name of ['pagerduty', 'sentry', 'gcp_monitoring']) expect(refused.message).toContain(`  - ${name}\n`)
    for (const name of ['grafana', 'zabbix', SECRET]) expect(refused.message).not.toContain(name)
    await write(`{sources: {zabbix: {addresses: [192.0.2.7]}}, closed: others}`)
    await expect(open('production')).rejects.toMatchObject({
      message: expect.stringContaining('  - zabbix (its addresses alone prove nothing)\n'),
    })
    await expect(open('production', '')).rejects.toMatchObject({ code: 'sources_unsigned' })
  })

  it.each(['http://login.example.com', 'https://localhost', 'https://127.1/tenant'])(
    'refuses in production signed tokens of a mock: %s',
    async (issuer) => {
      const jwt = JSON.stringify({ issuer, audience: 'a', app_id: '11111111-2222-4333-8444-555555555555' })
      await write(`{sources: {azure_monitor: {jwt: ${jwt}}}, closed: others}`)
      const refused = await open('production').catch((error) => error)
      expect(refused).toMatchObject({ code: 'secrets_invalid' })
      expect(refused.message).toContain(
        'sources.azure_monitor.jwt.issuer: with NODE_ENV=production it must be https://',
      )
      await open('development')
      expect(events).toContainEqual(['secrets_loaded', { sources: ['azure_monitor'] }])
    },
  )

  it('refuses a file that is not there or not usable', async () => {
    await expect(open('development')).rejects.toMatchObject({
      code: 'secrets_invalid',
      message: `WEBHOOK_SECRETS_FILE is "${file}": it cannot be read (ENOENT): correct the path, or make the file`,
    })
    await expect(open('development', dir)).rejects.toMatchObject({
      message: `WEBHOOK_SECRETS_FILE is "${dir}": it cannot be read (EISDIR): it is a folder: name the file in it`,
    })
    await write(`sources: {grafana: {bearer: ${SECRET}}}`)
    await expect(open('development')).rejects.toMatchObject({ code: 'secrets_invalid' })
  })
})

describe('while it runs', () => {
  const standing = (secrets: InForce<WebhookSecrets>) => secrets.current().standingOf('grafana')
  const refusals = () => events.filter(([name]) => name === 'secrets_refused')

  it('takes a change', async () => {
    await write(ALL_CLOSED)
    const secrets = await open('production')
    await write(`{sources: {grafana: {bearer: [${SECRET}]}}, closed: others}`)
    await vi.waitFor(() => expect(standing(secrets)).toBe('secured'), 30_000)
    await write(ALL_CLOSED)
    await vi.waitFor(() => expect(standing(secrets)).toBe('closed'), 30_000)
    expect(refusals()).toEqual([])
  })

  it.each<[string, string]>([
    ['that is not valid', `sources: {grafana: {bearer: ${SECRET}}}`],
    ['that is no YAML', `{${SECRET}`],
    ['that leaves sources open in production', 'closed: [grafana]'],
    ['to nothing', ''],
  ])('refuses one %s, says so once without a secret, and goes on', async (_, broken) => {
    await write(`{sources: {grafana: {bearer: [${SECRET}]}}, closed: others}`)
    const secrets = await open('production')
    await write(broken)
    await vi.waitFor(() => expect(refusals()).toHaveLength(1), 30_000)
    expect(standing(secrets)).toBe('secured')
    await write(ALL_CLOSED)
    await vi.waitFor(() => expect(standing(secrets)).toBe('closed'), 30_000)
    expect(refusals()).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })

  it('says once that the file is gone, and takes it when it is back', async () => {
    await write(ALL_CLOSED)
    const secrets = await open('production')
    await rm(file)
    await vi.waitFor(() => expect(refusals()).toHaveLength(1), 30_000)
    await write(`{sources: {grafana: {bearer: [${SECRET}]}}, closed: others}`)
    await vi.waitFor(() => expect(standing(secrets)).toBe('secured'), 30_000)
    expect(refusals()).toHaveLength(1)
  })
})
