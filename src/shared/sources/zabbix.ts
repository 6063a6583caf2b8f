/** Zabbix: the Event-Driven Ansible media type, and media types of one's own whose fields are named like its macros. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy } from './reading.ts'
import { countedSeverity, namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { firstLink } from './source-ref.ts'
import { pairsOf, readTags } from './tags.ts'
import { parsedText, Text, textList } from './text.ts'

const LEVELS = { 5: 'P1', 4: 'P2', 3: 'P3', 2: 'P3', 1: 'P4', 0: 'P5' } as const

const Body = z.object({
  /** A recovery has an id of its own beside it; this one stays that of the problem. */
  event_id: Text,
  event_value: Text,
  event_update_status: Text,
  /** 0 is a trigger. */
  event_source: Text,
  event_nseverity: Text,
  trigger_name: Text,
  event_name: Text,
  event_datetime_timestamp: z.unknown().optional(),
  event_recovery_timestamp: z.unknown().optional(),
  event_tags: z.unknown().optional(),
  event_tags_json: Text,
  zabbix_url: z.unknown().optional(),
})

const Listed = z
  .array(
    z
      .object({ tag: z.unknown(), value: z.unknown() })
      .transform(({ tag, value }) => [tag, value] as const)
      .catch(['', '']),
  )
  .catch([])

/** `{"service": ["api"]}`, or `[{"tag": "service", "value": "api"}]` as text. */
const tagsOf = (map: unknown, listed: string) =>
  readTags([
    ...pairsOf(map).map(([name, values]) => [name, textList(values)[0]] as const),
    ...Listed.parse(parsedText(listed)),
  ])

export const zabbix: Source = {
  name: 'zabbix',
  title: 'Zabbix',
  never_refuse_content: false,
  // The Event-Driven Ansible media type counts every other answer as a failure and sends again.
  only_200: true,
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const event = parsed.data
    if (event.event_id === '')
      return [rejected('event_id', undefined, 'send {EVENT.ID}; a macro that was not filled in is no id')]
    if (!['0', '1'].includes(event.event_value))
      return [rejected('event_value', event.event_value, 'send {EVENT.VALUE}, 1 for a problem and 0 for its recovery')]
    if (!['', '0'].includes(event.event_source)) return [ignored('the event is not that of a trigger')]
    if (event.event_update_status === '1') return [ignored('an acknowledgement or a comment changes no state')]
    const firing = event.event_value === '1'
    const tags = tagsOf(event.event_tags, event.event_tags_json)
    return [
      measuredReading(
        {
          source: 'zabbix',
          id: ownId(event.event_id),
          status: firing ? 'firing' : 'resolved',
          rule: event.trigger_name || (event.event_name.split(':')[0] ?? ''),
          tags,
          service_fix: ['event_tags.service', 'tag the trigger or the host with service, and send the tags'],
          severity: namedSeverity(tags.priority, tags.severity) ?? countedSeverity(LEVELS, event.event_nseverity),
          // Its dates are in the server's own zone, which it does not say.
          starts_at: epochInstant(event.event_datetime_timestamp, 's') ?? (firing ? receivedAt : null),
          ends_at: epochInstant(event.event_recovery_timestamp, 's'),
          link: firstLink(event.zabbix_url),
        },
        '',
      ),
    ]
  },
}
