/** How large a delivery may be: at most what its sender can send, and never compressed, so that it is as large as it looks. */
import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../../shared/problem.ts'
import type { Source } from '../../shared/sources/source.ts'

/** Sentry's events may have as much; a large group of Alertmanager and screenshots in a Grafana payload come near it. */
export const BODY_LIMIT_BYTES = 1024 * 1024

const refuseOver = ({ title, body_limit = BODY_LIMIT_BYTES }: Source, bytes: number): void => {
  if (bytes <= body_limit) return
  throw new Problem(
    'body_too_large',
    `the body is larger than the ${body_limit} bytes that are taken from ${title}: split the batch or leave screenshots out`,
  )
}

/**
 * By what the headers say, before the body is read. No sender among the sources compresses what it delivers; one that does
 * anyway, a proxy for it, is told not to: inflating costs more than all else about a delivery, for whoever sends it.
 */
export const refuseByHeaders = (source: Source, headers: IncomingHttpHeaders): void => {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity')
    throw new Problem(
      'content_encoding_unsupported',
      'the body is compressed: send it as it is, without content-encoding',
    )
  refuseOver(source, Number(headers['content-length'] ?? 0))
}

/** By what came: a body in chunks does not say its length beforehand. */
export const refuseBySize = (source: Source, raw: unknown): void =>
  refuseOver(source, Buffer.isBuffer(raw) ? raw.length : 0)
