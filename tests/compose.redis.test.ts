/** The Redis of compose.yaml, by its own command: as durable as it must be, and closed to who has no password. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../src/shared/free-port.ts'
import { composeFile, stackOf } from './support/compose.ts'
import { eventually, startProcess } from './support/processes.ts'
import { onPath } from './support/run-tool.ts'

const { redis } = stackOf(composeFile()).services
const PASSWORD = 'of the test: 100% safe'

test('its command keeps what was written, evicts nothing, and asks for the password of the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-compose-'))
  const file = join(folder, 'password')
  await writeFile(file, `${PASSWORD}\n`)
  const port = await freePort()
  // As the container has it, but for where its files and the server are.
  const [shell = '', option = '', script = ''] = redis?.command ?? []
  const here = script
    .replaceAll('$$', '$')
    .replace('/run/secrets/redis_password', file)
    .replace('--dir /data', `--dir ${folder} --port ${port} --bind 127.0.0.1`)
    .replace('redis-server', '"$(command -v redis-server || command -v valkey-server)"')
  const server = spawn(shell, [option, here], { env: onPath, stdio: 'ignore' })
  onTestFinished(async () => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'close')
    await rm(folder, { recursive: true, force: true })
  })
  const client = new Redis({ port, password: PASSWORD, retryStrategy: () => 100, maxRetriesPerRequest: null })
  onTestFinished(() => client.disconnect())
  client.on('error', () => {})
  expect(await client.ping()).toBe('PONG')
  const settings = (await client.config('GET', 'append*', 'maxmemory-policy')) as string[]
  const settingOf = (name: string) => settings[settings.indexOf(name) + 1]
  expect(['appendonly', 'appendfsync', 'maxmemory-policy'].map(settingOf)).toEqual(['yes', 'everysec', 'noeviction'])

  const stranger = new Redis({ port, retryStrategy: null })
  onTestFinished(() => stranger.disconnect())
  stranger.on('error', () => {})
  await expect(stranger.get('any')).rejects.toThrow('NOAUTH')

  // An API with the same file gets in.
  const env = { REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_PASSWORD_FILE: file, PORT: '0' }
  const api = startProcess(['serve'], env)
  await api.started()
  expect((await api.stop('SIGTERM')).code).toBe(0)
  // `exec`: the signal reaches Redis itself, which ends in order.
  server.kill('SIGTERM')
  await eventually(() => expect(server.exitCode).toBe(0))
})
