/** Sends deliveries to a running API, each about an incident of its own: at a steady rate, or as fast as it answers. */
import autocannon from 'autocannon'
import { grafanaDelivery } from '../fixtures.ts'
import { pace } from './pace.ts'
import type { Scenario } from './plan.ts'

export interface Delivered {
  sent: number
  /** Answers other than 2xx, broken connections, time-outs among them. */
  errors: number
  /** Of each delivery that was answered. */
  accept_ms: number[]
}

/** `first` is the number of the first incident: none may come twice in an installation. */
export const deliver = async (address: string, scenario: Scenario, first: number): Promise<Delivered> => {
  const url = `${address}/webhooks/grafana`
  if ('rate' in scenario)
    return pace(url, scenario.rate, scenario.seconds, (n) => grafanaDelivery(first + n).toString())
  let next = first
  const accept_ms: number[] = []
  const options = {
    url,
    connections: scenario.connections,
    duration: scenario.seconds,
    requests: [
      {
        method: 'POST' as const,
        headers: { 'content-type': 'application/json' },
        setupRequest: (request: object) => ({ ...request, body: grafanaDelivery(next++) }),
      },
    ],
  }
  const { requests, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const sending = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
    sending.on('response', (_client, _status, _bytes, took) => accept_ms.push(took))
  })
  return { sent: requests.total + errors, errors: non2xx + errors, accept_ms }
}
