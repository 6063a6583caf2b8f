/** The body of a delivery as its source reads it: JSON, whatever the sender calls that, or a form as an object of texts. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Problem } from '../shared/problem.ts'
import { FORM, type Source } from '../shared/sources/source.ts'
import { parseBody } from './read-body.ts'

const FORMS = [FORM, 'multipart/form-data'] as const
const BESIDE_JSON = [...FORMS, 'text/plain'] as const

/** Leaves these as Buffers too, on the routes of `webhooks` alone: a browser sends them anywhere without asking. */
export const keepRawForms = (webhooks: FastifyInstance): void => {
  webhooks.addContentTypeParser([...BESIDE_JSON], { parseAs: 'buffer' }, (_request, raw, done) => done(null, raw))
}

const mediaOf = (contentType: string) => {
  const [media = ''] = contentType.split(';')
  return BESIDE_JSON.find((known) => known === media.trim().toLowerCase())
}

const parseForm = async (raw: Buffer, contentType: string): Promise<unknown> => {
  if (raw.length === 0) throw new Problem('body_empty', 'the body is empty: send the form')
  try {
    const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } }).formData()
    return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))
  } catch {
    throw new Problem('body_not_form', 'the body is not the form that its content-type says: send it as it was made')
  }
}

/** Throws a Problem where the source does not take such a body, or the body is not what it is called. */
export const readDelivery = async (
  { also_as = [], title }: Source,
  raw: Buffer,
  headers: IncomingHttpHeaders,
): Promise<unknown> => {
  const contentType = headers['content-type'] ?? ''
  const media = mediaOf(contentType)
  if (media === undefined) return parseBody(raw).body
  if (!also_as.includes(media)) {
    const taken = ['application/json', ...also_as].join(' or ')
    throw new Problem('content_type_unsupported', `${title} sends no ${media}: use content-type: ${taken}`)
  }
  return media === 'text/plain' ? parseBody(raw).body : parseForm(raw, contentType)
}

/** A body that is not what it is called; what is empty, or called what the source does not send, holds nothing to keep. */
export const isUnreadable = ({ code }: Problem): boolean =>
  code === 'body_not_json' || code === 'body_not_form' || code === 'json_too_complex'
