/** The paced sender against a server of the test's own. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { percentiles } from '../measure.ts'
import { pace } from './pace.ts'

/** `answer` is told how many came before. */
const listen = async (answer: (n: number, response: ServerResponse) => void): Promise<string> => {
  let seen = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(seen++, response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('sends each once, and counts refusals and broken connections as errors', async () => {
  const bodies: number[] = []
  const url = await listen((n, response) => {
    if (n === 4) response.destroy()
    else response.writeHead(n === 3 ? 503 : 202).end()
  })
  const { sent, errors, accept_ms } = await pace(url, 50, 1, (n) => {
    bodies.push(n)
    return '{}'
  })
  expect([sent, errors]).toEqual([50, 2])
  expect(bodies).toEqual(Array.from({ length: 50 }, (_, n) => n))
  const { p50, p99 } = percentiles(accept_ms)
  expect(p99).toBeGreaterThanOrEqual(p50)
})

it('does not wait for an answer before it sends the next', async () => {
  const open: ServerResponse[] = []
  const url = await listen((_, response) => {
    open.push(response)
    if (open.length === 10) for (const one of open) one.end()
  })
  expect(await pace(url, 100, 0.1, () => '{}')).toMatchObject({ sent: 10, errors: 0 })
})
