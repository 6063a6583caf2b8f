/** Pours deliveries on an address at a rate, over many connections, and waits for no answer before the next: a flood does not. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Signed } from './deliveries.ts'

const CONNECTIONS = 100
const TICK_MS = 10
/** What the other side does not take in piles up here: beyond this nothing is added. */
const MOST_UNSENT_BYTES = 256 * 1024
const DRAIN_MS = 60_000

const ANSWER = /HTTP\/1\.1 (\d{3}) /g
const ACCEPTED = /"incident_id":"([\w-]+)","outcome":"accepted"/g

export interface Poured {
  offered: number
  /** By status; `none` are those without an answer. */
  answers: Record<string, number>
  /** The incidents that an answer called accepted. */
  accepted: string[]
}

const request = ({ body, headers }: Signed): Buffer => {
  const lines = [
    'POST /webhooks/grafana HTTP/1.1',
    'host: flood',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n`), body])
}

/** Answers are only counted, and an answer may come in pieces: what is kept of each is less than any of what is looked for. */
const readAnswers = (socket: Socket, poured: Poured, onAnswers: (count: number) => void): void => {
  let rest = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    const text = rest + chunk
    const end = text.lastIndexOf('}') + 1
    rest = text.slice(end)
    const whole = text.slice(0, end)
    let count = 0
    for (const [, status = ''] of whole.matchAll(ANSWER)) {
      poured.answers[status] = (poured.answers[status] ?? 0) + 1
      count++
    }
    for (const [, id = ''] of whole.matchAll(ACCEPTED)) poured.accepted.push(id)
    onAnswers(count)
  })
}

/** `rate` is a second; in `window` as many are under way at once, and what is left of `rate` is not offered. */
export const pour = async (
  address: string,
  { seconds, rate, window = Number.POSITIVE_INFINITY }: { seconds: number; rate: number; window?: number },
  next: () => Signed,
): Promise<Poured> => {
  const { hostname, port } = new URL(address)
  const poured: Poured = { offered: 0, answers: {}, accepted: [] }
  let answered = 0
  const sockets = Array.from({ length: CONNECTIONS }, () => connect(Number(port), hostname))
  for (const socket of sockets) {
    socket.on('error', () => {})
    readAnswers(socket, poured, (count) => {
      answered += count
    })
  }
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const began = performance.now()
  for (let turn = 0; performance.now() - began < seconds * 1000; await delay(TICK_MS)) {
    const due = Math.floor(((performance.now() - began) * rate) / 1000)
    for (let left = due - turn; left > 0; left--) {
      const socket = sockets[turn++ % CONNECTIONS]
      if (!socket?.writable || socket.writableLength > MOST_UNSENT_BYTES || poured.offered - answered >= window)
        continue
      socket.write(request(next()))
      poured.offered++
    }
  }
  for (const deadline = Date.now() + DRAIN_MS; answered < poured.offered && Date.now() < deadline; ) await delay(50)
  for (const socket of sockets) socket.destroy()
  if (answered < poured.offered) poured.answers.none = poured.offered - answered
  return poured
}
