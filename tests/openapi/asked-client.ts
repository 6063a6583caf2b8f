/** Sends a request as it is, byte for byte where a client of the platform would mend it, over one connection. */
import { Agent, request } from 'node:http'
import type { Asked } from './asking.ts'

export interface Got {
  status: number
  contentType: string | undefined
  body: string
}

const DEADLINE_MS = 30_000

/** Rejects where there is no answer. */
export const openClient = (origin: string) => {
  const { hostname, port } = new URL(origin)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = ({ method, url, headers, body }: Asked): Promise<Got> =>
    new Promise((resolve, reject) => {
      // Else the client frames the body of some methods in no way at all, and it is taken for the next request.
      const framed = { ...headers, ...(body && { 'content-length': String(body.length) }) }
      const sent = request({ agent, hostname, port, method, path: url, headers: framed }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const { statusCode: status = 0, headers: got } = answer
          resolve({ status, contentType: got['content-type'], body: Buffer.concat(parts).toString('utf8') })
        })
      })
      sent.setTimeout(DEADLINE_MS, () => sent.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)))
      sent.on('error', reject)
      sent.end(body ?? undefined)
    })
  return { send, close: () => agent.destroy() }
}
