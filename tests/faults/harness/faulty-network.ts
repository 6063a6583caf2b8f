/** A TCP connection that can go wrong on the way: replies lost, silence, the other end gone without a word, a cut. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What still gets through. */
type Way = { requests: boolean; replies: boolean }
const OPEN: Way = { requests: true, replies: true }
const DEAF: Way = { requests: true, replies: false }
const DEAD: Way = { requests: false, replies: false }

/** Bytes that were swallowed never come: such a connection cannot be used again, and is ended when the fault is. */
interface Line {
  client: Socket
  server: Socket
  way: Way
  /** Bytes of requests that still get through before it is cut. */
  left: number
}

export interface FaultyNetwork {
  port: number
  /** Requests with one of these texts arrive and are carried out, and nobody hears of it, nor of what follows. */
  loseRepliesTo(texts: readonly string[]): void
  /** Connections are taken and never answered. */
  fallSilent(): void
  /** The connections of now lead nowhere for ever, as after a router forgot them; new ones work. */
  halfOpen(): void
  /** Each connection of now is cut once so many more bytes of requests got through, in the middle of one. */
  cutAfter(bytes: number): void
  heal(): void
  close(): Promise<void>
}

export const openFaultyNetwork = async (target: { host: string; port: number }): Promise<FaultyNetwork> => {
  const lines = new Set<Line>()
  const forgotten = new Set<Line>()
  let way = OPEN
  let unconfirmed: readonly string[] = []

  const end = (line: Line) => {
    lines.delete(line)
    forgotten.delete(line)
    line.client.destroy()
    line.server.destroy()
  }
  const onRequest = (line: Line, bytes: Buffer) => {
    if (!line.way.requests) return
    if (unconfirmed.some((text) => bytes.includes(text))) line.way = DEAF
    line.server.write(bytes.subarray(0, line.left))
    line.left -= bytes.length
    if (line.left < 0) line.server.end(() => end(line))
  }
  const listener = createServer((client) => {
    const line = { client, server: connect(target), way, left: Number.POSITIVE_INFINITY }
    lines.add(line)
    client.on('data', (bytes: Buffer) => onRequest(line, bytes))
    line.server.on('data', (bytes: Buffer) => line.way.replies && client.write(bytes))
    for (const socket of [client, line.server])
      socket
        .setNoDelay()
        .on('error', () => {})
        .on('close', () => end(line))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    loseRepliesTo: (texts) => {
      unconfirmed = texts
    },
    fallSilent: () => {
      way = DEAD
      for (const line of lines) line.way = DEAD
    },
    halfOpen: () => {
      for (const line of lines) {
        line.way = DEAD
        forgotten.add(line)
      }
    },
    cutAfter: (bytes) => {
      for (const line of lines) line.left = bytes
    },
    heal: () => {
      way = OPEN
      unconfirmed = []
      for (const line of lines) if (line.way !== OPEN && !forgotten.has(line)) end(line)
    },
    close: async () => {
      listener.close()
      for (const line of lines) end(line)
      await once(listener, 'close')
    },
  }
}
