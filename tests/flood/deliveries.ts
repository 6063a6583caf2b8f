/** What a flood is made of: signed deliveries about faults of their own, repeats, and forged ones. */
import { createHmac } from 'node:crypto'
import { grafanaDelivery } from '../../bench/fixtures.ts'

export const SECRET = 'flood-not-a-secret-at-all'
const SIGNATURE = 'x-grafana-alerting-signature'

export interface Signed {
  body: Buffer
  headers: Record<string, string>
}

/** About fault `n`, of this priority. */
export const signed = (n: number, priority: string): Signed => {
  const body = grafanaDelivery(n, { priority })
  const signature = createHmac('sha256', SECRET).update(body).digest('hex')
  return { body, headers: { 'content-type': 'application/json', [SIGNATURE]: signature } }
}

export const forged = ({ body, headers }: Signed): Signed => ({
  body,
  headers: { ...headers, [SIGNATURE]: '0'.repeat(64) },
})
