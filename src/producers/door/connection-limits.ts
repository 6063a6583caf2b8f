/** What a connection may take of the server before there is a request, bytes of headers and time, and how Node's own refusals read. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions } from 'fastify'
import { Problem } from '../../shared/problem.ts'

/** Room for a token of an identity provider and the headers of a proxy or two. */
const MAX_HEADER_BYTES = 16 * 1024

/** In ms, from a connection's first byte: until all headers are there, and until the body is. */
export interface Patience {
  headers: number
  request: number
}

export const PATIENCE: Patience = { headers: 10_000, request: 30_000 }

/** How often Node looks for those that took longer. */
const LOOK_EVERY_MS = 1000

/** Thrown by Node's parser, before fastify knows of a request. */
const problemOf = ({ code }: NodeJS.ErrnoException, { headers, request }: Patience): Problem => {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('headers_too_large', `the headers are larger than ${MAX_HEADER_BYTES} bytes`)
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      'request_timeout',
      `the headers must be there within ${headers / 1000} s, the body within ${request / 1000} s`,
    )
  return new Problem('request_invalid', 'this is not HTTP/1.1')
}

/** Those that were answered that they are too late. The request, where there is one, fails only after that. */
const late = new WeakSet<Socket>()

/** The refusal of a request whose body came too slowly; null for any other. */
export const tooSlow = ({ socket }: Pick<IncomingMessage, 'socket'>): Problem | null =>
  late.has(socket) ? new Problem('request_timeout', 'the body came too slowly') : null

/** HTTP/1.0 knew no such header. Throws a Problem. */
export const refuseWithoutHost = ({ headers, httpVersion }: IncomingMessage): void => {
  if (headers.host === undefined && httpVersion === '1.1')
    throw new Problem('request_invalid', 'the header host is missing: HTTP/1.1 needs it')
}

/** Node itself would answer without a word. `100-continue` it understands. */
export const refuseExpectations = (server: Server): void => {
  server.on('checkExpectation', ({ socket }) =>
    refuse(
      new Problem('expectation_unsupported', 'the header expect is not understood: leave it out, or send 100-continue'),
      socket,
    ),
  )
}

const refuse = (problem: Problem, socket: Socket): void => {
  const body = JSON.stringify(problem.toDocument())
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

export const connectionLimits = (patience: Patience) =>
  ({
    requestTimeout: patience.request,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, patience.headers / 4),
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy()
        return
      }
      const problem = problemOf(error, patience)
      if (problem.code === 'request_timeout') late.add(socket)
      refuse(problem, socket)
    },
  }) satisfies FastifyHttpOptions<Server>
