/** The bodies that are on their way, of whoever sends them: together they may take so much memory, and no more. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { SHED } from '../../shared/telemetry/metrics/incident-metrics.ts'
import type { Metrics } from '../../shared/telemetry/metrics.ts'
import { senderOf } from './sender-of.ts'
import { clientAddress } from './trusted-proxies.ts'

/** More than a hundred of the largest there are. Who proves nothing is known only once all of a body is there. */
export const MOST_BYTES = 128 * 1024 * 1024

/** What arrives in between is beyond it. */
const LOOK_EVERY_MS = 250

type Arriving = Pick<FastifyRequest, 'raw' | 'socket' | 'ip'>

/** Which of these have to go, where they take more than `most`: those of the sender who has most of it, the largest first. */
export const tooMuch = <Request extends Arriving>(
  begun: ReadonlyMap<Request, number>,
  most = MOST_BYTES,
): Request[] => {
  const bodies = [...begun].map(([request, from]) => ({ request, bytes: request.socket.bytesRead - from }))
  let all = bodies.reduce((sum, { bytes }) => sum + bytes, 0)
  // Not by `<=`: of an injected request nobody knows how much has come.
  const isTooMuch = () => all > most
  if (!isTooMuch()) return []
  const held = new Map<string, number>()
  const owned = bodies.map((body) => ({ ...body, sender: senderOf(clientAddress(body.request)) }))
  for (const { sender, bytes } of owned) held.set(sender, (held.get(sender) ?? 0) + bytes)
  owned.sort((a, b) => (held.get(b.sender) ?? 0) - (held.get(a.sender) ?? 0) || b.bytes - a.bytes)
  return owned.flatMap(({ request, bytes }) => {
    if (!isTooMuch()) return []
    all -= bytes
    return request
  })
}

/** Those that have begun, until somebody has all of it. */
export interface Bodies {
  begin(request: FastifyRequest): void
  end(request: FastifyRequest): void
}

/** Hangs up on those, so that they come again; a process without memory would lose what all the others have sent. */
export const watchBodies = (webhooks: FastifyInstance, { loadShed }: Pick<Metrics, 'loadShed'>): Bodies => {
  /** Each with what its connection had brought when it began. */
  const begun = new Map<FastifyRequest, number>()
  const look = () => {
    for (const request of begun.keys()) if (request.raw.destroyed) begun.delete(request)
    for (const request of tooMuch(begun)) {
      begun.delete(request)
      loadShed.inc({ reason: SHED.crowd })
      request.socket.destroy()
    }
  }
  const timer = setInterval(look, LOOK_EVERY_MS).unref()
  webhooks.addHook('onClose', async () => clearInterval(timer))
  return {
    begin: (request) => void begun.set(request, request.socket.bytesRead),
    end: (request) => void begun.delete(request),
  }
}
