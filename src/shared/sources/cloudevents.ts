/** CloudEvents 1.0 over HTTP: structured, batch and binary mode. They define no alert; docs/sources.md says what `data` is. */
import { z } from 'zod'
import { readCloudEvent } from './cloud-event.ts'
import { percentDecoded } from './percent-decoded.ts'
import { ignored } from './reading.ts'
import type { Headers, Source } from './source.ts'

const isBinary = (headers: Headers): boolean =>
  headers['ce-specversion'] !== undefined && !/^application\/cloudevents\b/i.test(String(headers['content-type'] ?? ''))

/** The event that a request in binary mode describes: its attributes are headers, its body is the data. */
const fromBinary = (headers: Headers, data: unknown): unknown => ({
  ...Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('ce-') && typeof value === 'string' ? [[name.slice('ce-'.length), percentDecoded(value)]] : [],
    ),
  ),
  data,
})

const EventId = z.object({ id: z.string(), source: z.string() })

export const cloudevents: Source = {
  name: 'cloudevents',
  title: 'CloudEvents',
  never_refuse_content: false,
  retries: 'after_429',
  deliveryId(body, headers) {
    const event = EventId.safeParse(isBinary(headers) ? fromBinary(headers, null) : body).data
    return event ? `${event.source} ${event.id}` : ''
  },
  read(body, receivedAt, headers = {}) {
    if (isBinary(headers)) return [readCloudEvent(fromBinary(headers, body), '', receivedAt)]
    if (!Array.isArray(body)) return [readCloudEvent(body, '', receivedAt)]
    if (body.length === 0) return [ignored('the batch holds no events')]
    return body.map((event, index) => readCloudEvent(event, `[${index}]`, receivedAt))
  },
}
