/** What the Dockerfile's own steps make, in a clean folder and without a container engine: it runs, and is healthy. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { freePort } from '../src/shared/free-port.ts'
import { fixturePath } from './support/fixture.ts'
import { eventually, killAll, startProcess } from './support/processes.ts'

const run = promisify(execFile)

interface Image {
  cwd: string
  files: string[]
  env: Record<string, string>
  cmd: string[]
  healthcheck: string[]
  user: string
}

let folder: string
let image: Image

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-image-'))
  const { stdout } = await run(process.execPath, ['scripts/image.mjs', folder])
  image = JSON.parse(stdout)
}, 300_000)
afterAll(async () => {
  killAll()
  await rm(folder, { recursive: true, force: true })
})

test('it has what runs, and neither sources nor what only development needs', async () => {
  expect(image.files.sort()).toEqual(['bin', 'dist', 'node_modules', 'package.json', 'policies', 'scripts'])
  const { devDependencies } = JSON.parse(await readFile(join(image.cwd, 'package.json'), 'utf8'))
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'))
  const installed = await readdir(join(image.cwd, 'node_modules'))
  expect(installed).toContain('bullmq')
  // What the tests use may be a part of what runs as well: then the lock file does not call it development's.
  const ofDevelopment = (name: string) =>
    packages[`node_modules/${name}`].dev || packages[`node_modules/${name}`].devOptional
  expect(Object.keys(devDependencies).filter((name) => installed.includes(name) && ofDevelopment(name))).toEqual([])
})

test('nothing that runs in it is root, and Node itself gets the signal to stop', () => {
  expect(image.user).toBe('1000:1000')
  expect(image.cmd[0]).toBe('node')
})

test('it takes a webhook to its verdict, says that it is healthy, and writes nothing beside itself', async () => {
  const before = await readdir(image.cwd, { recursive: true })
  const env = {
    ...image.env,
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: `image-${randomUUID()}`,
    POLICY_DIR: 'policies',
  }
  const start = (args: readonly string[], more: Record<string, string>) => {
    const [program = '', ...others] = args
    return startProcess(others, { ...env, ...more }, [program], image.cwd)
  }
  const PORT = String(await freePort())
  const healthy = () => {
    const [program = '', ...args] = image.healthcheck
    return run(program, args, { cwd: image.cwd, env: { PATH: process.env.PATH, PORT } })
  }
  await expect(healthy()).rejects.toMatchObject({ code: 1 })
  const api = start(image.cmd.slice(1), { PORT })
  const worker = start(['bin/interlock', 'worker'], { WORKER_PORT: '0' })
  await eventually(healthy)
  const response = await fetch(`http://127.0.0.1:${PORT}/webhooks/grafana`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: await readFile(fixturePath('webhooks/grafana/firing.single.raw.json')),
  })
  expect(response.status).toBe(202)
  await eventually(() => expect(worker.lines.filter(({ verdict }) => verdict)).toHaveLength(1))
  const ended = await Promise.all([api.stop('SIGTERM'), worker.stop('SIGTERM')])
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ])
  expect((await readdir(image.cwd, { recursive: true })).sort()).toEqual(before.sort())
})

test('as it is, in production, it does not start without operators', async () => {
  const [, ...args] = image.cmd
  const refused = startProcess(
    args.slice(1),
    { ...image.env, REDIS_URL: inject('redisUrl') },
    args.slice(0, 1),
    image.cwd,
  )
  expect(await refused.ended()).toMatchObject({ code: 2, stderr: expect.stringContaining('OPERATOR_TOKENS_FILE') })
})
