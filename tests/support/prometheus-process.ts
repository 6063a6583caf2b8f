/** One Prometheus of our own on loopback: started with a configuration, and gone with its data when it is stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './processes.ts'
import { onPath } from './run-tool.ts'

export interface PrometheusProcess {
  url: string
  stop(): Promise<void>
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves when it answers questions; what it scrapes may take longer. `config` is its YAML. */
export const runPrometheus = async (config: string): Promise<PrometheusProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-prometheus-'))
  const file = join(folder, 'prometheus.yml')
  await writeFile(file, config)
  const address = `127.0.0.1:${await freePort()}`
  const server = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ],
    { env: onPath, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let failure = ''
  server.stderr.on('data', (text) => {
    failure = `${failure}${text}`.slice(-2000)
  })
  server.on('error', ({ message }) => {
    failure = `${message}; run "node scripts/setup.mjs prometheus"`
  })
  /** Whatever ends this process takes the server and its data along. */
  const end = () => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  process.once('exit', end)
  const stop = async () => {
    process.off('exit', end)
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'close')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await eventually(async () => {
      const response = await fetch(`http://${address}/-/ready`).catch(() => null)
      if (!response?.ok) throw new Error(`Prometheus is not ready: ${failure}`)
    })
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://${address}`, stop }
}
