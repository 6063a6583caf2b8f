/** PagerDuty: V3 webhooks, V2 (`messages[]`, still seen) and the short format of the course; told apart by shape. */
import { z } from 'zod'
import type { Alert } from '../contracts/alert.ts'
import { instantOrNull } from './instant.ts'
import { explicitId } from './labels.ts'
import { readIncident } from './pagerduty-incident.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import type { Reading, Source } from './source.ts'

type Status = Alert['status']

/** Every event that opens or ends an incident, V3 and V2. The list of events is open; all others do neither. */
const MEANING: ReadonlyMap<string, Status> = new Map([
  ['incident.triggered', 'firing'],
  ['incident.reopened', 'firing'],
  ['incident.resolved', 'resolved'],
  ['incident.trigger', 'firing'],
  ['incident.resolve', 'resolved'],
])

interface Event {
  type: string
  at?: unknown
  incident?: unknown
}

const Merged = z.object({ resolve_reason: z.object({ type: z.literal('merge_resolve_reason') }) })

const readEvent = ({ type, at, incident }: Event, field: string): Reading => {
  const status = MEANING.get(type)
  if (status === undefined) return ignored(`event ${shown(type)} neither opens nor ends an incident`)
  if (status === 'firing') return readIncident(incident, field, { status, ends_at: null })
  if (Merged.safeParse(incident).success) return ignored('resolved by merging into another incident: not fixed')
  return readIncident(incident, field, { status, ends_at: instantOrNull(at) })
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
})

const readMessage = (raw: unknown, index: number): Reading => {
  const field = `messages[${index}]`
  const parsed = V2Message.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, field)
  const { event, created_on, incident } = parsed.data
  return readEvent({ type: event, at: created_on, incident }, `${field}.incident`)
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
  return [readIncident(incident, '', { status: happened, ends_at, incident_id: explicitId(incident_key) })]
}

/** The field that gives a format away, in the order in which they are tried. */
const FORMATS = [
  ['event', readV3],
  ['messages', readV2],
  ['incident_key', readCourse],
] as const

export const pagerduty: Source = {
  name: 'pagerduty',
  // Three refused deliveries in a row and PagerDuty disables the subscription for a day and empties its queue.
  never_refuse_content: true,
  read(body) {
    if (typeof body !== 'object' || body === null) return [rejected('the body', body, 'send a PagerDuty webhook')]
    const format = FORMATS.find(([field]) => Object.hasOwn(body, field))
    return format?.[1](body) ?? [rejected('event', undefined, 'send a PagerDuty webhook (V3, V2 or course format)')]
  },
}
