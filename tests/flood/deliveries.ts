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

const forged = ({ body, headers }: Signed): Signed => ({
  body,
  headers: { ...headers, [SIGNATURE]: '0'.repeat(64) },
})

/** As it goes over the wire. */
const requestOf = ({ body, headers }: Signed): Buffer => {
  const lines = [
    'POST /webhooks/grafana HTTP/1.1',
    'host: flood',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

/** New from fault `first` on, and of one priority. */
export const each = (first: number, priority: string): (() => Buffer) => {
  let n = first
  return () => requestOf(signed(n++, priority))
}

/** Six forged and two repeated of ten; the others are new from fault `first` on, and P4. */
export const mixed = (first: number): (() => Buffer) => {
  let n = first
  let [turn, last] = [0, requestOf(signed(n, 'P4'))]
  const fake = requestOf(forged(signed(n, 'P4')))
  return () => {
    turn++
    if (turn % 10 < 6) return fake
    if (turn % 10 < 8) return last
    last = requestOf(signed(++n, 'P4'))
    return last
  }
}
