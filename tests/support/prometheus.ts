/** A real Prometheus that scrapes one small exporter of the test, both on loopback and gone when the test is over. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { eventually } from './processes.ts'
import { runPrometheus } from './prometheus-process.ts'

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

const CLASSIC = 'text/plain; version=0.0.4'

/** `metrics` gives the exporter's text at each scrape, several times a second; null makes the scrape fail. */
export const startPrometheus = async (
  metrics: () => string | null | Promise<string>,
  contentType = CLASSIC,
): Promise<string> => {
  const exporter = await listen(async (_, response) => {
    const text = await metrics()
    response.writeHead(text === null ? 500 : 200, { 'content-type': contentType }).end(text ?? '')
  })
  const { url, stop } = await runPrometheus({
    'prometheus.yml': `global: {scrape_interval: 300ms, scrape_timeout: 300ms}\nscrape_configs: [{job_name: test, static_configs: [{targets: ['${exporter}']}]}]\n`,
  })
  onTestFinished(stop)
  await eventually(async () => {
    const response = await fetch(`${url}/api/v1/query?query=up`)
    if (!(await response.text()).includes('"1"')) throw new Error('Prometheus has not scraped anything')
  })
  return url
}
