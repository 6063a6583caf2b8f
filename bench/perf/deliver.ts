/** Sends deliveries to a running API, each about an incident of its own: at a steady rate, or as fast as it answers. */
import autocannon from 'autocannon'
import { grafanaDelivery } from '../fixtures.ts'
import type { Figures } from './judge.ts'
import { pace } from './pace.ts'
import type { Scenario } from './plan.ts'

export interface Delivered {
  sent: number
  /** Answers other than 2xx, broken connections, time-outs among them. */
  errors: number
  accept_ms: Figures['accept_ms']
}

/** `first` is the number of the first incident: none may come twice in an installation. */
export const deliver = async (address: string, scenario: Scenario, first: number): Promise<Delivered> => {
  const url = `${address}/webhooks/grafana`
  if ('rate' in scenario)
    return pace(url, scenario.rate, scenario.seconds, (n) => grafanaDelivery(first + n).toString())
  let next = first
  const { requests, non2xx, errors, latency } = await autocannon({
    url,
    connections: scenario.connections,
    duration: scenario.seconds,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: grafanaDelivery(next++) }),
      },
    ],
  })
  return {
    sent: requests.total + errors,
    errors: non2xx + errors,
    accept_ms: { p50: latency.p50, p99: latency.p99 },
  }
}
