/** Uptime Kuma: webhook notification, as JSON or as a form whose field `data` holds the JSON. */
import { z } from 'zod'
import { utcInstant } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { ownId } from './own-id.ts'
import { ignored, rejectedBy } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { namedPairs, readTags } from './tags.ts'
import { parsedText, Text } from './text.ts'

const Form = z.strictObject({ data: z.string() })

/** Both null: a test, or a certificate that expires, which only its text tells apart. */
const Notice = z.object({ heartbeat: z.null(), monitor: z.null() })

const Body = z.object({
  heartbeat: z.object({
    status: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)], 'send 0 (down) to 3 (maintenance)'),
    /** In UTC without a zone; `localDateTime` is not. */
    time: z.unknown().optional(),
    ping: z.unknown().optional(),
  }),
  monitor: z.object({
    id: Text.refine((id) => id !== '', 'send the id of the monitor'),
    tags: z
      .unknown()
      .optional()
      .transform((tags) => readTags(namedPairs(tags))),
  }),
})

export const uptimeKuma: Source = {
  name: 'uptime_kuma',
  title: 'Uptime Kuma',
  never_refuse_content: false,
  retries: 'never',
  also_as: ['multipart/form-data'],
  read(body, receivedAt) {
    const form = Form.safeParse(body)
    const content = form.success ? parsedText(form.data.data) : body
    if (Notice.safeParse(content).success) return [ignored('no heartbeat: a test, or a notice of expiry')]
    const parsed = Body.safeParse(content)
    if (!parsed.success) return [rejectedBy(parsed.error, content, '')]
    const { heartbeat, monitor } = parsed.data
    if (heartbeat.status > 1) return [ignored('pending or in maintenance neither opens nor ends an incident')]
    const at = utcInstant(heartbeat.time) ?? receivedAt
    return [
      measuredReading(
        {
          source: 'uptime_kuma',
          id: ownId(monitor.id),
          status: heartbeat.status === 0 ? 'firing' : 'resolved',
          rule: 'endpoint_down',
          tags: monitor.tags,
          service_fix: ['monitor.tags', 'tag the monitor with service and the name of the service as its value'],
          severity: namedSeverity(monitor.tags.priority, monitor.tags.severity),
          // A reminder has a time of its own, so the monitor's state names no occurrence.
          starts_at: null,
          ends_at: at,
          as_of: at,
          metrics: measurement('ping', heartbeat.ping),
        },
        '',
      ),
    ]
  },
}
