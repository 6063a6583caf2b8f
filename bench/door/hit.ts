/** Deliveries as fast as a server takes them, over fifty connections. */
import autocannon from 'autocannon'

const CONNECTIONS = 50

export interface Hits {
  per_second: number
  total: number
  /** How many of each status; `errors` are those without an answer. */
  answers: Record<string, number>
}

export interface Delivery {
  body: Buffer
  headers: Record<string, string>
}

export const hit = async (address: string, seconds: number, next: () => Delivery): Promise<Hits> => {
  const { requests, statusCodeStats, errors } = await autocannon({
    url: `${address}/webhooks/grafana`,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => {
          const { body, headers } = next()
          return { ...request, body, headers: { 'content-type': 'application/json', ...headers } }
        },
      },
    ],
  })
  const answers = Object.fromEntries(
    Object.entries(statusCodeStats ?? {}).map(([status, { count = 0 }]) => [status, count]),
  )
  return { per_second: requests.average, total: requests.total, answers: { ...answers, ...(errors > 0 && { errors }) } }
}
