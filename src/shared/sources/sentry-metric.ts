/** Sentry's metric alerts: one incident of a rule, from critical or warning to resolved. */
import { z } from 'zod'
import { Instant, instantOrNull } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { firstLink } from './source-ref.ts'
import { colonPairs, readTags } from './tags.ts'
import { Text, textList } from './text.ts'
import { windowMinutes } from './window.ts'

const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['critical', 'firing'],
  ['warning', 'firing'],
  ['resolved', 'resolved'],
])

const Data = z.object({
  description_text: Text,
  web_url: z.unknown().optional(),
  metric_alert: z.object({
    id: Text,
    date_started: Instant,
    date_closed: z.unknown().optional(),
    projects: z.unknown().optional().transform(textList),
    alert_rule: z.object({
      name: Text,
      aggregate: Text,
      query: Text,
      /** In minutes. */
      time_window: z.unknown().optional(),
    }),
  }),
})

/** The value is in the text alone: `412 events in the last 10 minutes`. */
const valueIn = (text: string): string | undefined => /^(\d+(?:\.\d+)?) /.exec(text)?.[1]

const FIX = 'let the rule filter by service:<name>, or watch one project, which then is the service'

export const readMetricAlert = (action: string, raw: unknown): Reading => {
  const status = STATUS.get(action)
  if (status === undefined) return ignored(`action ${shown(action)} neither opens nor ends an incident`)
  const parsed = Data.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, 'data')
  const { metric_alert: alert, description_text, web_url } = parsed.data
  if (alert.id === '') return rejected('data.metric_alert.id', undefined, 'send the id of the alert')
  const { name, query, aggregate, time_window } = alert.alert_rule
  const tags = readTags(colonPairs(query.split(/\s+/)))
  const [project = '', ...others] = alert.projects
  return measuredReading(
    {
      source: 'sentry',
      id: `alert:${ownId(alert.id)}`,
      status,
      rule: name,
      tags: { ...tags, service: tags.service || (others.length === 0 ? project : '') },
      service_fix: ['data.metric_alert.projects', FIX],
      severity: namedSeverity(tags.priority, action),
      starts_at: alert.date_started,
      ends_at: instantOrNull(alert.date_closed),
      window_minutes: windowMinutes({ window_minutes: time_window }),
      metrics: measurement(aggregate, valueIn(description_text)),
      link: firstLink(web_url),
    },
    'data',
  )
}
