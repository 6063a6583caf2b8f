/** Datadog: webhooks integration with the template of docs/sources.md; its default body does not tell trigger from recovery. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import { FORM, type Source } from './source.ts'
import { originOf } from './source-ref.ts'
import { colonPairs, readTags } from './tags.ts'
import { Text } from './text.ts'
import { windowMinutes } from './window.ts'

/** The list is closed; what it does not hold changes nothing. */
const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ...['triggered', 're-triggered', 'warn', 're-warn', 'no data', 're-no data', 'renotify'].map(
    (transition) => [transition, 'firing'] as const,
  ),
  ['recovered', 'resolved'],
])

const Body = z.object({
  alert_transition: Text,
  alert_cycle_key: Text,
  alert_id: Text,
  alert_title: Text,
  alert_priority: Text,
  alert_type: Text,
  alert_metric: Text,
  alert_status: Text,
  alert_query: Text,
  tags: Text,
  date: z.unknown().optional(),
  link: z.unknown().optional(),
})

const TEMPLATE = 'use the payload of docs/sources.md as the template of the webhook in Datadog'

/** `[P1] [Triggered on {pod_name:api-0}] high_memory_usage`: what stands in brackets is Datadog's. */
const nameIn = (title: string): string => title.replace(/^(\[[^\]]*\]\s*)+/, '')

const numberIn = (status: string): string | undefined => /Metric value: (-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(status)?.[1]

export const datadog: Source = {
  name: 'datadog',
  title: 'Datadog',
  never_refuse_content: false,
  also_as: [FORM],
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const alert = parsed.data
    for (const field of ['alert_transition', 'alert_cycle_key'] as const)
      if (alert[field] === '') return [rejected(field, undefined, TEMPLATE)]
    const transition = alert.alert_transition.toLowerCase()
    const status = STATUS.get(transition)
    if (status === undefined) return [ignored(`transition ${shown(transition)} neither opens nor ends an incident`)]
    const gap = transition.endsWith('no data')
    if (status === 'firing' && !gap && alert.alert_type.toLowerCase() === 'success')
      return [ignored('alert_type success: the alert is no incident')]
    const tags = readTags(colonPairs(alert.tags.split(',')))
    const at = epochInstant(alert.date, 'ms')
    const origin = /^\d+$/.test(alert.alert_id) ? originOf(alert.link) : ''
    return [
      measuredReading(
        {
          source: 'datadog',
          // One cycle goes from trigger to recovery, also over a time without data, which is another fault.
          id: gap ? `${ownId(alert.alert_cycle_key)}:no-data` : ownId(alert.alert_cycle_key),
          status,
          rule: nameIn(alert.alert_title),
          tags,
          service_fix: ['tags', 'tag the monitor with service:<name>, and send $TAGS'],
          severity: namedSeverity(alert.alert_priority || tags.priority, tags.severity || alert.alert_type),
          starts_at: status === 'firing' ? (at ?? receivedAt) : null,
          ends_at: at,
          gap,
          window_minutes: windowMinutes({ window: /\(last_(\d+[smhdw])\)/.exec(alert.alert_query)?.[1] ?? '' }),
          metrics: measurement(alert.alert_metric, numberIn(alert.alert_status)),
          link: origin && `${origin}/monitors/${alert.alert_id}`,
        },
        '',
      ),
    ]
  },
}
