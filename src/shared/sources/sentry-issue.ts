/** Sentry's errors: an alert on an event begins an episode of its issue, and only the issue itself says when it is over. */
import { z } from 'zod'
import { epochInstant, instantOrNull } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { ownId } from './own-id.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { firstLink } from './source-ref.ts'
import { readTags } from './tags.ts'
import { asText, Text } from './text.ts'

/** Pairs, of which the user and the host are two that must not be read. */
const Pairs = z
  .array(z.tuple([z.unknown(), z.unknown()]).catch(['', '']))
  .catch([])
  .transform(readTags)

const ErrorData = z.object({
  triggered_rule: Text,
  event: z.object({
    issue_id: Text,
    level: Text,
    tags: Pairs,
    datetime: z.unknown().optional(),
    /** Epoch seconds. */
    timestamp: z.unknown().optional(),
    web_url: z.unknown().optional(),
  }),
})

export const readErrorAlert = (action: string, raw: unknown, receivedAt: string): Reading => {
  if (action !== 'triggered') return ignored(`action ${shown(action)} neither opens nor ends an incident`)
  const parsed = ErrorData.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, 'data')
  const { triggered_rule, event } = parsed.data
  if (event.issue_id === '') return rejected('data.event.issue_id', undefined, 'send the id of the issue')
  return measuredReading(
    {
      source: 'sentry',
      id: `issue:${ownId(event.issue_id)}`,
      status: 'firing',
      rule: triggered_rule,
      tags: event.tags,
      service_fix: ['data.event.tags', 'tag the events with service'],
      severity: namedSeverity(event.tags.priority, event.level),
      // Every event of the issue has a time of its own: none of them is when the issue began.
      starts_at: null,
      as_of: instantOrNull(event.datetime) ?? epochInstant(event.timestamp, 's') ?? receivedAt,
      link: firstLink(event.web_url),
    },
    'data.event',
  )
}

const IssueData = z.object({
  issue: z.object({
    id: Text,
    level: Text,
    project: z.object({ slug: z.unknown() }).transform(({ slug }) => asText(slug)),
  }),
})

export const readIssue = (action: string, raw: unknown, receivedAt: string): Reading => {
  if (action !== 'resolved') return ignored(`action ${shown(action)} neither opens nor ends an incident`)
  const parsed = IssueData.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, 'data')
  const { id, level, project } = parsed.data.issue
  if (id === '') return rejected('data.issue.id', undefined, 'send the id of the issue')
  return measuredReading(
    {
      source: 'sentry',
      id: `issue:${ownId(id)}`,
      status: 'resolved',
      rule: '',
      tags: readTags([['service', project]]),
      service_fix: ['data.issue.project.slug', 'send the project of the issue'],
      severity: namedSeverity('', level),
      starts_at: null,
      ends_at: receivedAt,
      as_of: receivedAt,
    },
    'data.issue',
  )
}
