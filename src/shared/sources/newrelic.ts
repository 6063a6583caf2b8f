/** New Relic: workflow notifications, one issue a delivery; an issue may merge several incidents. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { readTags } from './tags.ts'
import { Text, textList } from './text.ts'

const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ['CREATED', 'firing'],
  ['ACTIVATED', 'firing'],
  ['CLOSED', 'resolved'],
])

/** Lists come as texts where the user's template quotes them. */
const List = z
  .unknown()
  .optional()
  .transform((value) => [...new Set(textList(value))])

const Body = z.object({
  id: Text,
  state: Text,
  priority: Text,
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
  impactedEntities: List,
  alertPolicyNames: List,
  alertConditionNames: List,
  /** Not in the default template. */
  service: Text,
  namespace: Text,
  pod: Text,
  severity: Text,
  incident_id: Text,
})

const FIX = 'add "service" to the template, or let the name of the alert policy begin with it'

/** What several incidents differ in, none of them says for the issue. */
const only = (list: readonly string[]): string => (list.length === 1 ? (list[0] ?? '') : '')

/** A pod is known by its deployment's name and the two hashes behind it. */
const podOf = (service: string, entity: string): string =>
  entity.startsWith(`${service}-`) && /^[a-z0-9]{6,10}-[a-z0-9]{5}$/.test(entity.slice(service.length + 1))
    ? entity
    : ''

export const newrelic: Source = {
  name: 'newrelic',
  title: 'New Relic',
  // A destination that fails is paused, and what happens meanwhile is skipped.
  never_refuse_content: true,
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const issue = parsed.data
    if (issue.id === '' || issue.state === '')
      return [rejected(issue.id === '' ? 'id' : 'state', undefined, 'send a New Relic issue, as its default template')]
    const status = STATUS.get(issue.state.toUpperCase())
    if (status === undefined) return [ignored(`state ${shown(issue.state)} neither opens nor ends an incident`)]
    const service = issue.service || (only(issue.alertPolicyNames).split(/\s+/)[0] ?? '')
    const pod = issue.pod || podOf(service, only(issue.impactedEntities))
    const { namespace, severity, incident_id } = issue
    return [
      measuredReading(
        {
          source: 'newrelic',
          id: ownId(issue.id),
          status,
          rule: only(issue.alertConditionNames),
          tags: readTags(Object.entries({ service, namespace, pod, severity, incident_id })),
          service_fix: ['service', FIX],
          severity: namedSeverity(issue.priority, severity || issue.priority),
          starts_at: epochInstant(issue.createdAt, 'ms') ?? (status === 'firing' ? receivedAt : null),
          ends_at: epochInstant(issue.updatedAt, 'ms'),
        },
        '',
      ),
    ]
  },
}
