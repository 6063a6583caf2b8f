/** Sentry: integration platform webhooks. What a body is stands in a header, and otherwise shows in what it holds. */
import { z } from 'zod'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { readErrorAlert, readIssue } from './sentry-issue.ts'
import { readMetricAlert } from './sentry-metric.ts'
import { bodySignature } from './signature.ts'
import type { Headers, Reading, Source } from './source.ts'

const READERS: ReadonlyMap<string, (action: string, data: unknown, receivedAt: string) => Reading> = new Map([
  ['metric_alert', readMetricAlert],
  ['event_alert', readErrorAlert],
  ['issue', readIssue],
])

/** Where each of these is told of in `data`. */
const MARKS = [
  ['metric_alert', 'metric_alert'],
  ['event', 'event_alert'],
  ['issue', 'issue'],
] as const

const resourceOf = (headers: Headers, data: object): string => {
  const named = headers['sentry-hook-resource']
  if (typeof named === 'string' && named !== '') return named
  return MARKS.find(([field]) => Object.hasOwn(data, field))?.[1] ?? ''
}

const Body = z.object({
  action: z.string('send the action of a Sentry webhook'),
  data: z.looseObject({}, 'send the data of a Sentry webhook'),
})

export const sentry: Source = {
  name: 'sentry',
  title: 'Sentry',
  never_refuse_content: false,
  signature: bodySignature('sentry-hook-signature'),
  deliveryId: (_body, headers) => String(headers['request-id'] ?? ''),
  read(body, receivedAt, headers = {}) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { action, data } = parsed.data
    const resource = resourceOf(headers, data)
    if (resource === '') return [rejected('the header sentry-hook-resource', undefined, 'keep the headers of Sentry')]
    const read = READERS.get(resource)
    return [read?.(action, data, receivedAt) ?? ignored(`resource ${shown(resource)} is no alert`)]
  },
}
