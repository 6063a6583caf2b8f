/** The body of a webhook: kept as the raw bytes, whose digest is the evidence, and parsed from them. */
import type { FastifyInstance } from 'fastify'
import { Problem } from '../shared/problem.ts'
import { beyondJsonLimits } from '../shared/sources/json-limits.ts'

/** Leaves JSON bodies as Buffers; every other content type is answered 415 by fastify. */
export const keepRawBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json\b/i, { parseAs: 'buffer' }, (_request, raw, done) =>
    done(null, raw),
  )
}

/** The first character with which no JSON can go on; V8 names it in all of its messages but this one. */
const unexpectedToken = (text: string): number => {
  let [fine, broken] = [0, text.length]
  while (broken - fine > 1) {
    const middle = (fine + broken) >> 1
    try {
      JSON.parse(text.slice(0, middle))
      fine = middle
    } catch (error) {
      if ((error as Error).message.startsWith('Unexpected token')) broken = middle
      else fine = middle
    }
  }
  return fine
}

/** What is wrong and where, without a word of the body: it may hold secrets, and this answer is logged by proxies. */
const explain = (text: string, { message }: Error): string => {
  if (message.startsWith('Unexpected end')) return `it ends too early, after ${text.length} characters`
  const position = /at position (\d+)/.exec(message)?.[1] ?? unexpectedToken(text)
  const before = text.slice(0, Number(position)).split('\n')
  const what = message.startsWith('Unexpected token')
    ? 'unexpected character'
    : message.replace(/( in JSON)? at position .*/s, '')
  return `${what} at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}

/** Made once: that costs more than to decode a body. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Throws a Problem that says where the text stops being JSON. */
export const parseBody = (raw: unknown): { raw: Buffer; body: unknown } => {
  if (!Buffer.isBuffer(raw) || raw.length === 0) throw new Problem('body_empty', 'the body is empty: send it as JSON')
  let text: string
  try {
    text = UTF8.decode(raw)
  } catch {
    throw new Problem('body_not_json', 'the body is not JSON: it is not valid UTF-8')
  }
  const beyond = beyondJsonLimits(text)
  if (beyond) throw new Problem('json_too_complex', `the body is more than is read: ${beyond}`)
  try {
    return { raw, body: JSON.parse(text) }
  } catch (error) {
    throw new Problem('body_not_json', `the body is not JSON: ${explain(text, error as Error)}`)
  }
}
