/** Pours requests on an address at a rate, over many connections, and waits for no answer before the next: a flood does not. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answers, answerCounter } from './count-answers.ts'

const CONNECTIONS = 100
const TICK_MS = 10
/** Written at once to a connection, which costs the kernel as much as one. */
const BATCH = 32
const DRAIN_MS = 60_000

export interface Poured extends Answers {
  /** What the kernel took. */
  offered: number
  /** Of it, what came to nothing when its connection was hung up on. */
  unanswered?: number
  /** Within so many s. */
  seconds: number
  /** In ms since 1970. */
  began: number
}

export interface Pouring {
  /** Where the connections come from, in turn. */
  from: readonly string[]
  seconds: number
  /** A second. */
  rate: number
  /** As many are under way at once, and what is left of `rate` is not offered. */
  window?: number
}

/** One of the connections, and the next in its place when it is hung up on. */
interface Line {
  socket: Socket
  /** Requests without an answer yet. */
  open: number
}

const opened = async (address: string, from: readonly string[], answers: Answers, onHungUp: (open: number) => void) => {
  const { hostname: host, port } = new URL(address)
  const dial = (localAddress: string, line: Partial<Line>): Line => {
    const count = answerCounter(answers)
    const socket = connect({ host, port: Number(port), localAddress }).setEncoding('latin1')
    const dialled = Object.assign(line, { socket, open: 0 })
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        dialled.open -= count(String(chunk))
      })
      .on('close', () => {
        onHungUp(dialled.open)
        dial(localAddress, dialled)
      })
    return dialled
  }
  const lines = Array.from({ length: CONNECTIONS }, (_, n) => dial(from[n % from.length] ?? '', {}))
  await Promise.all(lines.map(({ socket }) => once(socket, 'connect')))
  return lines
}

/** A connection that has not taken the batch before gets none; what is due is made up for when there is room again. */
export const pour = async (
  address: string,
  { from, seconds, rate, window = Number.POSITIVE_INFINITY }: Pouring,
  next: () => Buffer,
): Promise<Poured> => {
  const answers: Answers = { counts: {}, accepted: [] }
  let [written, offered, hungUp] = [0, 0, 0]
  const lines = await opened(address, from, answers, (open) => {
    hungUp += open
  })
  const write = (line: Line, requests: number) => {
    written += requests
    line.open += requests
    line.socket.write(Buffer.concat(Array.from({ length: requests }, next)), (error) => {
      if (error) line.open -= requests
      else offered += requests
    })
  }
  const underWay = () => lines.reduce((all, { open }) => all + open, 0)
  const began = Date.now()
  const elapsed = () => (Date.now() - began) / 1000
  for (let turn = 0; elapsed() < seconds; await delay(TICK_MS)) {
    const due = () => Math.min(elapsed() * rate - written, window - underWay())
    for (let tried = 0; tried < CONNECTIONS && due() >= 1; tried++) {
      const line = lines[turn++ % CONNECTIONS]
      if (line?.socket.readyState === 'open' && line.socket.writableLength === 0)
        write(line, Math.min(BATCH, Math.floor(due())))
    }
  }
  const took = elapsed()
  for (const deadline = Date.now() + DRAIN_MS; underWay() > 0 && Date.now() < deadline; ) await delay(50)
  const unanswered = hungUp + underWay()
  for (const { socket } of lines) socket.removeAllListeners('close').destroy()
  return { ...answers, ...(unanswered > 0 && { unanswered }), offered, seconds: took, began }
}
