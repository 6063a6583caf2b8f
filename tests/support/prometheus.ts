/** A real Prometheus that scrapes one small exporter of the test, both on loopback and gone when the test is over. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { eventually } from './processes.ts'

/** `scripts/setup.mjs prometheus` puts it there when there is none on PATH. */
const UNPACKED = fileURLToPath(new URL('../../.cache/bin', import.meta.url))

/** Answers on a free port of loopback until the test is over. */
export const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** `metrics` gives the exporter's text at each scrape, several times a second; null makes the scrape fail. */
export const startPrometheus = async (metrics: () => string | null): Promise<string> => {
  const exporter = await listen((_, response) => {
    const text = metrics()
    response.writeHead(text === null ? 500 : 200, { 'content-type': 'text/plain; version=0.0.4' }).end(text ?? '')
  })
  const folder = await mkdtemp(join(tmpdir(), 'interlock-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  await writeFile(
    config,
    `global: {scrape_interval: 300ms, scrape_timeout: 300ms}\nscrape_configs: [{job_name: test, static_configs: [{targets: ['${exporter}']}]}]\n`,
  )
  const address = `127.0.0.1:${await freePort()}`
  const server = spawn(
    'prometheus',
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
    { env: { PATH: `${process.env.PATH}:${UNPACKED}` }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let failure = ''
  server.stderr.on('data', (text) => {
    failure = `${failure}${text}`.slice(-2000)
  })
  server.on('error', ({ message }) => {
    failure = `${message}; run "node scripts/setup.mjs prometheus"`
  })
  onTestFinished(async () => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'close')
    await rm(folder, { recursive: true, force: true })
  })
  await eventually(async () => {
    const response = await fetch(`http://${address}/api/v1/query?query=up`).catch(() => null)
    const scraped = response?.ok && (await response.text()).includes('"1"')
    if (!scraped) throw new Error(`Prometheus has not scraped anything: ${failure}`)
  })
  return `http://${address}`
}
