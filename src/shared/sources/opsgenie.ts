/** Opsgenie: webhook integration, one action on one alert a delivery. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { ownId } from './own-id.ts'
import { pageReading } from './page-alert.ts'
import { plainNumber } from './plain-number.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { colonPairs, pairsOf, readTags } from './tags.ts'
import { Text, textList } from './text.ts'

/** The list is open: acknowledging, notes and recipients neither open nor end anything. What is deleted is over, too. */
const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['Create', 'firing'],
  ['Close', 'resolved'],
  ['Delete', 'resolved'],
])

const Body = z.object({
  action: z.string('send the action of an Opsgenie webhook'),
  alert: z.object({
    alertId: Text,
    alias: Text,
    message: Text,
    entity: Text,
    /** P1 to P5, a number in old versions. */
    priority: Text,
    tags: z.unknown().optional().transform(textList),
    /** On `Create` alone, unless the integration is set to send it always. */
    details: z.unknown().optional(),
    /** In milliseconds; `updatedAt` in nanoseconds. */
    createdAt: z.unknown().optional(),
    updatedAt: z.unknown().optional(),
  }),
})

export const opsgenie: Source = {
  name: 'opsgenie',
  title: 'Opsgenie',
  never_refuse_content: false,
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { action, alert } = parsed.data
    const status = STATUS.get(action)
    if (status === undefined) return [ignored(`action ${shown(action)} neither opens nor ends an incident`)]
    if (alert.alertId === '') return [rejected('alert.alertId', undefined, 'send the id of the alert')]
    const tags = readTags([...pairsOf(alert.details), ...colonPairs(alert.tags), ['service', alert.entity]])
    const level = plainNumber(alert.priority) === null ? alert.priority : `P${alert.priority}`
    const as_of = epochInstant(alert.updatedAt, 'ns')
    return [
      pageReading(
        {
          source: 'opsgenie',
          id: ownId(alert.alertId),
          status,
          title: alert.message,
          tags,
          service_fix: ['alert.details.service', 'name the service in the details, a tag service:<name> or the entity'],
          severity: namedSeverity(level, tags.severity),
          starts_at: epochInstant(alert.createdAt, 'ms') ?? (status === 'firing' ? receivedAt : null),
          ends_at: as_of,
          as_of,
          key: alert.alias,
        },
        'alert',
      ),
    ]
  },
}
