/** Google Cloud Monitoring: webhook channel, schema 1.2. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { measurement } from './metric-context.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { firstLink } from './source-ref.ts'
import { pairsOf, readTags } from './tags.ts'
import { Text } from './text.ts'
import { windowMinutes } from './window.ts'

const Labelled = z.object({ labels: z.unknown().optional() }).catch({ labels: null })

const Incident = z.object({
  incident_id: Text,
  state: z
    .string('send open or closed')
    .transform((state) => state.toLowerCase())
    .pipe(z.enum(['open', 'closed'], 'send open or closed')),
  severity: Text,
  started_at: z.unknown().optional(),
  ended_at: z.unknown().optional(),
  policy_name: Text,
  policy_user_labels: z.unknown().optional(),
  resource: z
    .unknown()
    .optional()
    .transform((resource) => Labelled.parse(resource)),
  metric: z.object({ type: Text }).catch({ type: '' }),
  metadata: z
    .object({ user_labels: z.unknown().optional(), system_labels: z.unknown().optional() })
    .catch({ user_labels: null, system_labels: null }),
  condition: z
    .object({
      conditionThreshold: z.object({ duration: Text }).optional().catch(undefined),
      /** There is one where the rule fires on missing data. */
      conditionAbsent: z.unknown().optional(),
    })
    .catch({}),
  observed_value: z.unknown().optional(),
  url: z.unknown().optional(),
})
const Body = z.object({ version: Text, incident: Incident })

export const gcpMonitoring: Source = {
  name: 'gcp_monitoring',
  title: 'Google Cloud Monitoring',
  never_refuse_content: false,
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { version, incident } = parsed.data
    if (version === 'test') return [ignored('connection test from Google Cloud Monitoring')]
    if (incident.incident_id === '') return [rejected('incident.incident_id', undefined, 'send the id of the incident')]
    const { user_labels, system_labels } = incident.metadata
    const controller = new Map(pairsOf(system_labels)).get('top_level_controller_name')
    const tags = readTags([
      ...pairsOf(incident.policy_user_labels),
      ...pairsOf(user_labels),
      ...pairsOf(incident.resource.labels),
    ])
    const named = readTags([['service', controller]])
    const firing = incident.state === 'open'
    return [
      measuredReading(
        {
          source: 'gcp_monitoring',
          id: ownId(incident.incident_id),
          status: firing ? 'firing' : 'resolved',
          rule: incident.policy_name,
          tags: { ...tags, service: tags.service || named.service },
          service_fix: ['incident.policy_user_labels.service', 'give the alert policy the user label service'],
          severity: namedSeverity(tags.priority, tags.severity || incident.severity),
          starts_at: epochInstant(incident.started_at, 's') ?? (firing ? receivedAt : null),
          ends_at: epochInstant(incident.ended_at, 's'),
          gap: incident.condition.conditionAbsent !== undefined,
          window_minutes: windowMinutes({ window: incident.condition.conditionThreshold?.duration }),
          metrics: measurement(incident.metric.type, incident.observed_value),
          link: firstLink(incident.url),
        },
        'incident',
      ),
    ]
  },
}
