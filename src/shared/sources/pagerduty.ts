/** PagerDuty: V3 webhooks, V2 (`messages[]`, still seen) and the short format of the course; told apart by shape. */
import { z } from 'zod'
import { instantOrNull } from './instant.ts'
import { explicitId } from './labels.ts'
import { readIncident } from './pagerduty-incident.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { bodySignature } from './signature.ts'
import type { Reading, Source } from './source.ts'

/** Every event, V3 and V2, that opens or ends an incident or says how severe it is. The list is open; others do neither. */
const EVENTS: ReadonlySet<string> = new Set([
  ...['incident.triggered', 'incident.reopened', 'incident.priority_updated', 'incident.resolved'],
  ...['incident.trigger', 'incident.resolve'],
])

interface Event {
  type: string
  at?: unknown
  incident?: unknown
  bodies?: readonly unknown[]
}

const Ended = z.object({ status: z.literal('resolved') })
/** Merged into another incident it is not fixed: it goes on as that one. */
const Merged = z.object({ resolve_reason: z.object({ type: z.literal('merge_resolve_reason') }) })

const isOver = ({ type, incident }: Event): boolean =>
  type === 'incident.priority_updated' ? Ended.safeParse(incident).success : /\.resolved?$/.test(type)

const readEvent = (event: Event, field: string): Reading => {
  const { type, incident, bodies = [] } = event
  if (!EVENTS.has(type)) return ignored(`event ${shown(type)} neither opens nor ends an incident`)
  const as_of = instantOrNull(event.at)
  const over = isOver(event) && !Merged.safeParse(incident).success
  return readIncident(incident, field, {
    status: over ? 'resolved' : 'firing',
    ends_at: over ? as_of : null,
    as_of,
    bodies,
  })
}

const V3 = z.object({
  event: z.object({
    event_type: z.string('send the type of the event'),
    occurred_at: z.unknown().optional(),
    data: z.unknown().optional(),
  }),
})

const readV3 = (body: unknown): Reading[] => {
  const parsed = V3.safeParse(body)
  if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
  const { event_type, occurred_at, data } = parsed.data.event
  return [readEvent({ type: event_type, at: occurred_at, incident: data }, 'event.data')]
}

const V2 = z.object({ messages: z.array(z.unknown(), 'send the messages as an array') })
const V2Message = z.object({
  event: z.string('send the type of the event'),
  created_on: z.unknown().optional(),
  incident: z.unknown().optional(),
  log_entries: z.array(z.object({ channel: z.unknown() }).catch({ channel: null })).catch([]),
})

const readMessage = (raw: unknown, index: number): Reading => {
  const field = `messages[${index}]`
  const parsed = V2Message.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, field)
  const { event, created_on, incident, log_entries } = parsed.data
  const bodies = log_entries.map(({ channel }) => channel)
  return readEvent({ type: event, at: created_on, incident, bodies }, `${field}.incident`)
}

const readV2 = (body: unknown): Reading[] => {
  const parsed = V2.safeParse(body)
  if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
  const { messages } = parsed.data
  return messages.length === 0 ? [ignored('the delivery holds no messages')] : messages.map(readMessage)
}

const Course = z.looseObject({
  source: z.literal('pagerduty', 'send source "pagerduty"'),
  incident_key: z.string('send the key of the incident'),
  status: z.enum(['triggered', 'acknowledged', 'resolved'], 'send triggered, acknowledged or resolved'),
  resolved_at: z.unknown().optional(),
})

const readCourse = (body: unknown): Reading[] => {
  const parsed = Course.safeParse(body)
  if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
  const { status, incident_key, resolved_at } = parsed.data
  if (status === 'acknowledged') return [ignored('status acknowledged neither opens nor ends an incident')]
  const incident = { ...parsed.data, id: incident_key }
  const happened = status === 'triggered' ? ('firing' as const) : ('resolved' as const)
  const ends_at = happened === 'resolved' ? instantOrNull(resolved_at) : null
  return [readIncident(incident, '', { status: happened, ends_at, as_of: null, incident_id: explicitId(incident_key) })]
}

const EventId = z.object({ event: z.object({ id: z.string() }) })

/** The field that gives a format away, in the order in which they are tried. */
const FORMATS = [
  ['event', readV3],
  ['messages', readV2],
  ['incident_key', readCourse],
] as const

export const pagerduty: Source = {
  name: 'pagerduty',
  title: 'PagerDuty',
  // Three refused deliveries in a row and PagerDuty disables the subscription for a day and empties its queue.
  never_refuse_content: true,
  // PagerDuty sends no more than 256 KB.
  body_limit: 512 * 1024,
  retries: 'after_429',
  signature: bodySignature('x-pagerduty-signature', [], 'v1='),
  deliveryId: (body) => EventId.safeParse(body).data?.event.id ?? '',
  read(body) {
    if (typeof body !== 'object' || body === null) return [rejected('the body', body, 'send a PagerDuty webhook')]
    const format = FORMATS.find(([field]) => Object.hasOwn(body, field))
    return format?.[1](body) ?? [rejected('event', undefined, 'send a PagerDuty webhook (V3, V2 or course format)')]
  },
}
