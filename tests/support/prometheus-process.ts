/** One Prometheus process on loopback, with its files in a folder of its own, and gone with whoever started it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../src/shared/free-port.ts'
import { eventually } from './processes.ts'
import { onPath, runTool } from './run-tool.ts'

export interface PrometheusProcess {
  url: string
  /** May be called twice. */
  stop(): Promise<void>
}

const writePast = async (folder: string, past: string): Promise<void> => {
  const file = join(folder, 'past.txt')
  await writeFile(file, past)
  const { status, output } = await runTool('promtool', [
    ...['tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'data')],
  ])
  if (status !== 0) throw new Error(`promtool does not take the past: ${output}`)
}

/**
 * `files` lie beside each other; `prometheus.yml` is the configuration, `past` what it saw before, as OpenMetrics text
 * with times. Resolves when it answers questions.
 */
export const runPrometheus = async (
  files: Readonly<Record<string, string>>,
  port?: number,
  past?: string,
): Promise<PrometheusProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-prometheus-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  if (past !== undefined) await writePast(folder, past)
  const address = `127.0.0.1:${port ?? (await freePort())}`
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
    ],
    { env: onPath, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
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
    if (server.exitCode === null && server.signalCode === null && server.kill('SIGKILL')) await once(server, 'close')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await eventually(async () => {
      if (server.exitCode !== null || server.pid === undefined) throw new Error(`Prometheus has ended: ${failure}`)
      const ready = await fetch(`http://${address}/-/ready`).catch(() => null)
      if (!ready?.ok) throw new Error(`Prometheus does not answer: ${failure}`)
    })
    return { url: `http://${address}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
