/** A sender of urgent alerts as it should be: each is sent until it is taken, and comes again when it is told to. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { signed } from './deliveries.ts'

const Taken = z.object({ incidents: z.tuple([z.object({ incident_id: z.string() })]) })

/** A sender that is told nothing else. */
const AGAIN_MS = 1000

export interface UrgentSender {
  /** When each was first sent (ms), by incident. */
  sent: ReadonlyMap<string, number>
  refused(): number
  /** No more; resolves when all have been taken. */
  end(): Promise<void>
}

const send = async (address: string, delivery: ReturnType<typeof signed>, onRefused: () => void): Promise<string> => {
  for (;;) {
    const response = await fetch(`${address}/webhooks/grafana`, {
      method: 'POST',
      headers: delivery.headers,
      body: new Uint8Array(delivery.body),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null)
    const text = await response?.text().catch(() => null)
    if (response?.ok && text) return Taken.parse(JSON.parse(text)).incidents[0].incident_id
    onRefused()
    await delay(Number(response?.headers.get('retry-after') ?? 0) * 1000 || AGAIN_MS)
  }
}

/** One every `everyMs`; `first` is the number of the first fault. */
export const sendUrgent = (address: string, first: number, everyMs: number): UrgentSender => {
  const sent = new Map<string, number>()
  const under: Promise<void>[] = []
  let [n, refused] = [first, 0]
  const one = async () => {
    const at = Date.now()
    const id = await send(address, signed(n++, 'P1'), () => {
      refused++
    })
    sent.set(id, at)
  }
  const timer = setInterval(() => under.push(one()), everyMs)
  return {
    sent,
    refused: () => refused,
    end: async () => {
      clearInterval(timer)
      await Promise.all(under)
    },
  }
}
