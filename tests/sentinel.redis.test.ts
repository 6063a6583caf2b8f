/** REDIS_URL that names sentinels: the primary is found, and the next one when it dies, with nothing to be restarted. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../src/shared/free-port.ts'
import { grafanaDelivery } from './support/faults.ts'
import { eventually, killAll, runInterlock, startProcess } from './support/processes.ts'
import { onPath } from './support/run-tool.ts'

afterEach(killAll)

const openSentinel = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-sentinel-'))
  const start = async (
    name: string,
    settings: readonly string[],
    options: readonly string[] = [],
    password?: string,
  ) => {
    const port = await freePort()
    await mkdir(join(folder, name))
    const file = join(folder, name, 'redis.conf')
    await writeFile(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${join(folder, name)}`, ...settings, ''].join('\n'))
    const server = '"$(command -v redis-server || command -v valkey-server)"'
    const child = spawn('/bin/sh', ['-c', `exec ${server} "$@"`, 'redis', file, ...options], {
      env: onPath,
      stdio: 'ignore',
    })
    const kill = async () => {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close')
    }
    onTestFinished(kill)
    const client = new Redis({
      port,
      ...(password && { password }),
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
    }).on('error', () => {})
    onTestFinished(() => client.disconnect())
    await client.ping()
    return { port, kill, client }
  }
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const data = ['save ""', 'maxmemory-policy noeviction']
  const primary = await start('primary', data)
  const replica = await start('replica', [...data, `replicaof 127.0.0.1 ${primary.port}`, 'repl-diskless-sync-delay 0'])
  await eventually(async () => expect(await replica.client.info('replication')).toContain('master_link_status:up'))
  const watched = [
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 3000',
    'requirepass 100%',
  ]
  const sentinel = await start('sentinel', watched, ['--sentinel'], '100%')
  // Until it knows of the replica there is nobody to fail over to.
  await eventually(async () => expect(await sentinel.client.call('SENTINEL', 'replicas', 'main')).toHaveLength(1))
  return { primary, url: `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/main?sentinel_password=100%25` }
}

test('what was accepted before a failover stands after it, and what comes after it is decided', async () => {
  const { primary, url } = await openSentinel()
  const env = { REDIS_URL: url, QUEUE_PREFIX: 'sentinel', PORT: '0', WORKER_PORT: '0' }
  const [api, worker] = [startProcess(['serve'], env), startProcess(['worker'], env)]
  const { address, redis } = await api.started()
  expect(redis).toBe('main')
  await worker.started()
  const decided = async (fault: string) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify(grafanaDelivery({ fault }))
    const id = await eventually(async () => {
      const answer = await fetch(`${address}/webhooks/grafana`, { ...init, body })
      expect(answer.status).toBe(202)
      const { incidents } = (await answer.json()) as { incidents: { incident_id: string }[] }
      return incidents[0]?.incident_id
    })
    await eventually(async () => {
      const incident = await (await fetch(`${address}/incidents/${id}`)).json()
      expect(incident).toMatchObject({ verdict: { verdict: expect.any(String) } })
    })
    return id
  }
  const before = await decided('before')
  // Acknowledged by the replica as well: what the primary alone had would be lost with it, which is Redis' own.
  expect(await primary.client.wait(1, 10_000)).toBe(1)
  await primary.kill()
  const after = await decided('after')
  const { code, stdout } = await runInterlock(['audit', 'verify'], env)
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^PASS incidents=2 /) })
  expect((await runInterlock(['incidents'], env)).stdout).toMatch(new RegExp(`${after}[^]*${before}`))
})
