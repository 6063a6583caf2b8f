/** A sender of urgent alerts as it should be: each is sent until it is taken, and comes again when it is told to. */
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { type Signed, signed } from './deliveries.ts'

const Taken = z.object({ incidents: z.tuple([z.object({ incident_id: z.string() })]) })

/** A sender that is told nothing else. */
const AGAIN_MS = 1000
const PATIENCE_MS = 10_000

export interface UrgentSender {
  /** When each was first sent (ms), by incident. */
  sent: ReadonlyMap<string, number>
  /** By what it was told. */
  refused: Readonly<Record<string, number>>
  /** No more; resolves when all have been taken. */
  end(): Promise<void>
}

const post = async (address: string, agent: Agent, { body, headers }: Signed) => {
  const sent = request(`${address}/webhooks/grafana`, {
    ...{ method: 'POST', agent, signal: AbortSignal.timeout(PATIENCE_MS) },
    headers: { ...headers, 'content-length': body.length },
  }).end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, after: response.headers['retry-after'], body: await text(response) }
}

/** One every `everyMs`, from the address `from`; `first` is the number of the first fault. */
export const sendUrgent = (address: string, from: string, first: number, everyMs: number): UrgentSender => {
  const sent = new Map<string, number>()
  const refused: Record<string, number> = {}
  const agent = new Agent({ keepAlive: true, localAddress: from })
  const under: Promise<void>[] = []
  let n = first
  const one = async () => {
    const at = Date.now()
    for (const delivery = signed(n++, 'P1'); ; ) {
      const answer = await post(address, agent, delivery).catch(() => null)
      if (answer && answer.status < 300) {
        sent.set(Taken.parse(JSON.parse(answer.body)).incidents[0].incident_id, at)
        return
      }
      const told = answer ? `${answer.status} ${JSON.parse(answer.body).code}` : 'no answer'
      refused[told] = (refused[told] ?? 0) + 1
      await delay(Number(answer?.after ?? 0) * 1000 || AGAIN_MS)
    }
  }
  const timer = setInterval(() => under.push(one()), everyMs)
  return {
    sent,
    refused,
    end: async () => {
      clearInterval(timer)
      await Promise.all(under)
      agent.destroy()
    },
  }
}
