/** Pours deliveries on an address at a rate, over many connections, whatever is answered. */
import autocannon from 'autocannon'
import { z } from 'zod'
import type { Signed } from './deliveries.ts'

const CONNECTIONS = 100
/** On each of them, without waiting for an answer: a flood does not. */
const AT_ONCE = 5
const Accepted = z.object({ incidents: z.array(z.object({ incident_id: z.string().nullable(), outcome: z.string() })) })

export interface Poured {
  offered: number
  /** By status; `none` are those without an answer. */
  answers: Record<string, number>
  /** The incidents that an answer called accepted. */
  accepted: string[]
}

/** `rate` is a second; as fast as it goes where it is left out. */
export const pour = async (
  address: string,
  { seconds, rate }: { seconds: number; rate?: number },
  next: () => Signed,
): Promise<Poured> => {
  const accepted: string[] = []
  const { requests, statusCodeStats, errors } = await autocannon({
    url: `${address}/webhooks/grafana`,
    connections: CONNECTIONS,
    pipelining: AT_ONCE,
    duration: seconds,
    ...(rate !== undefined && { overallRate: rate }),
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => ({ ...request, ...next() }),
        onResponse: (status, body) => {
          if (status !== 202) return
          for (const { incident_id, outcome } of Accepted.parse(JSON.parse(body)).incidents)
            if (outcome === 'accepted' && incident_id) accepted.push(incident_id)
        },
      },
    ],
  })
  const answers = Object.fromEntries(
    Object.entries(statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count]),
  )
  return { offered: requests.sent, answers: { ...answers, ...(errors > 0 && { none: errors }) }, accepted }
}
