/** Better Stack: outgoing webhook of Uptime, one incident of a monitor a delivery. */
import { z } from 'zod'
import { Instant, instantOrNull } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { ownId } from './own-id.ts'
import { ignored, rejectedBy, shown } from './reading.ts'
import type { Source } from './source.ts'
import { readTags } from './tags.ts'
import { Text } from './text.ts'

const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['started', 'firing'],
  ['reopened', 'firing'],
  ['resolved', 'resolved'],
])

/** Monitors and on-call calendars share the address. */
const Kind = z.object({
  event: z.string('send the event of a Better Stack webhook'),
  data: z.object({ type: z.string('send the type of the data') }),
})

const Incident = z.object({
  id: Text.refine((id) => id !== '', 'send the id of the incident'),
  attributes: z.object({ name: Text, started_at: Instant, resolved_at: z.unknown().optional() }),
})

export const betterstack: Source = {
  name: 'betterstack',
  title: 'Better Stack',
  never_refuse_content: false,
  read(body) {
    const kind = Kind.safeParse(body)
    if (!kind.success) return [rejectedBy(kind.error, body, '')]
    const { event, data } = kind.data
    if (data.type !== 'incident') return [ignored(`a ${shown(data.type)} is no incident`)]
    const status = STATUS.get(event)
    if (status === undefined) return [ignored(`event ${shown(event)} neither opens nor ends an incident`)]
    const parsed = z.object({ data: Incident }).safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { id, attributes } = parsed.data.data
    // `appointments-api /healthz`: the format has no place for the service but the monitor's name.
    const [service = ''] = attributes.name.split(/\s+/)
    return [
      measuredReading(
        {
          source: 'betterstack',
          id: ownId(id),
          status,
          rule: 'endpoint_down',
          tags: readTags([['service', service]]),
          service_fix: ['data.attributes.name', 'let the name of the monitor begin with the service'],
          severity: null,
          starts_at: attributes.started_at,
          ends_at: instantOrNull(attributes.resolved_at),
        },
        'data',
      ),
    ]
  },
}
