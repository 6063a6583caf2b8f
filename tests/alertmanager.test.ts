/** Whom prometheus/alertmanager.yml tells of each alert, by Alertmanager's own tool; and, by a real one, what one alert keeps quiet of others. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { freePort } from '../src/shared/free-port.ts'
import { eventually } from './support/processes.ts'
import { repositoryFiles } from './support/repository-files.ts'
import { onPath, runTool } from './support/run-tool.ts'

const CONFIG = 'prometheus/alertmanager.yml'
const RECEIVERS: Record<string, string> = { critical: 'on-call', warning: 'tickets', none: 'dead-mans-switch' }

interface Rule {
  alert?: string
  labels: Record<string, string>
}
interface Alert extends Record<string, string> {
  alertname: string
}
const alerts: Alert[] = repositoryFiles('prometheus/rules')
  .flatMap(({ text }): Rule[] => parse(text).groups.flatMap(({ rules }: { rules: Rule[] }) => rules))
  .flatMap(({ alert, labels }) => (alert ? [{ ...labels, alertname: alert }] : []))

it('is a configuration that Alertmanager takes', async () => {
  const { status, output } = await runTool('amtool', ['check-config', CONFIG])
  expect(status, output).toBe(0)
})

describe('routes', () => {
  const receiverOf = async (labels: Record<string, string>): Promise<string> => {
    const given = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    const { output } = await runTool('amtool', ['config', 'routes', 'test', `--config.file=${CONFIG}`, ...given])
    return output.replace(/^Warning.*$/gm, '').trim()
  }

  it.each(alerts)('$alertname ($severity)', async (alert) => {
    expect(await receiverOf(alert)).toBe(RECEIVERS[alert.severity ?? ''])
  })

  it('an alert of whose severity nobody thought pages', async () => {
    expect(await receiverOf({ alertname: 'New' })).toBe('on-call')
  })
})

describe('a real Alertmanager', () => {
  const start = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'interlock-alertmanager-'))
    const address = `127.0.0.1:${await freePort()}`
    const options = [`--config.file=${CONFIG}`, `--storage.path=${folder}`, `--web.listen-address=${address}`]
    const name = process.platform === 'linux' ? 'prometheus-alertmanager' : 'alertmanager'
    const server = spawn(name, [...options, '--cluster.listen-address='], { env: onPath, stdio: 'ignore' })
    let failure = 'it ended'
    server.on('error', ({ message }) => {
      failure = `${message}; run "node scripts/setup.mjs alertmanager"`
    })
    onTestFinished(async () => {
      if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'close')
      await rm(folder, { recursive: true, force: true })
    })
    await eventually(async () => {
      const response = await fetch(`http://${address}/-/ready`).catch(() => null)
      if (!response?.ok) throw new Error(`Alertmanager is not ready: ${failure}`)
    })
    return `http://${address}/api/v2/alerts`
  }
  const tell = (url: string, all: Alert[]) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(all.map((labels) => ({ labels }))),
    })
  const inhibited = async (url: string): Promise<string[]> => {
    const answer = await (await fetch(`${url}?active=true&inhibited=true`)).json()
    const held = (answer as { labels: Alert; status: { inhibitedBy: string[] } }[]).filter(
      ({ status }) => status.inhibitedBy.length > 0,
    )
    return held.map(({ labels }) => labels.alertname).sort()
  }
  const names = alerts.map(({ alertname }) => alertname)

  it('says of one cause nothing more where its effects fire too, and of each effect by itself', async () => {
    const url = await start()
    const [refused, burn, slow] = ['RedisWritesRefused', 'WebhookAvailabilityBurn', 'TimelinessSlowBurn']
    const only = (...some: string[]) => alerts.filter(({ alertname }) => some.includes(alertname))
    const another = { alertname: refused, service: 'another', severity: 'critical' }
    expect((await tell(url, [...only(burn, slow), another])).status).toBe(200)
    expect(await inhibited(url)).toEqual([])
    expect((await tell(url, only(refused))).status).toBe(200)
    await eventually(async () => expect(await inhibited(url)).toEqual([burn]))
  })

  it('says nothing else of this service while Redis is unreachable, but whether alerting works', async () => {
    const url = await start()
    const other = { alertname: 'QueueStalled', service: 'another', severity: 'critical' }
    const without = alerts.filter(({ alertname }) => alertname !== 'RedisUnreachable')
    expect((await tell(url, [...without, other])).status).toBe(200)
    await eventually(async () =>
      expect(await inhibited(url)).toEqual(['TimelinessSlowBurn', 'WebhookAvailabilityBurn']),
    )
    expect((await tell(url, alerts)).status).toBe(200)
    const spoken = ['RedisUnreachable', 'MetricsAbsent', 'Watchdog']
    const quiet = names.filter((name) => !spoken.includes(name)).sort()
    expect(quiet).toHaveLength(25)
    await eventually(async () => expect(await inhibited(url)).toEqual(quiet))
  })
})
