/** The body of a webhook: kept as the raw bytes, whose digest is the evidence, and parsed from them. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../shared/problem.ts'

/** The largest sender in use stays under 256 KB; screenshots in a Grafana payload come on top. */
export const BODY_LIMIT_BYTES = 1024 * 1024

/** Leaves JSON bodies as Buffers; every other content type is answered 415 by fastify. */
export const keepRawBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json\b/i, { parseAs: 'buffer' }, (_request, raw, done) =>
    done(null, raw),
  )
}

/** Throws a Problem that says where the text stops being JSON. */
export const parseBody = (raw: unknown): { raw: Buffer; body: unknown } => {
  if (!Buffer.isBuffer(raw) || raw.length === 0)
    throw new Problem('body_empty', 'the body is empty: send the webhook payload as JSON')
  try {
    return { raw, body: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) }
  } catch (error) {
    throw new Problem('body_not_json', `the body is not JSON: ${(error as Error).message.replace(/"[^"]*"\.*/g, '…')}`)
  }
}
