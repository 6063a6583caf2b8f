/** ServiceNow: what a business rule or flow sends of an incident record, by the names of the table's columns. */
import { z } from 'zod'
import { utcInstant } from './instant.ts'
import { ownId } from './own-id.ts'
import { pageReading } from './page-alert.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { countedSeverity } from './severity.ts'
import type { Source } from './source.ts'
import { readTags } from './tags.ts'
import { asText } from './text.ts'

const Reference = z.object({ value: z.unknown().optional(), display_value: z.unknown().optional() })

/** The stored value, whether it comes alone or with what is displayed: times in `value` are in UTC. */
const Value = z
  .unknown()
  .optional()
  .transform((field) => asText(Reference.safeParse(field).success ? Reference.parse(field).value : field))
/** The name behind a reference. A reference that comes alone is a sys_id, which names nothing to anybody. */
const Name = z
  .unknown()
  .optional()
  .transform((field) => asText(Reference.safeParse(field).data?.display_value))
const Given = z.unknown().optional().transform(asText)

const Body = z.object({
  sys_id: Value,
  sys_class_name: Value,
  short_description: Value,
  state: Value,
  priority: Value,
  opened_at: Value,
  sys_updated_on: Value,
  resolved_at: Value,
  closed_at: Value,
  cmdb_ci: Name,
  business_service: Name,
  correlation_id: Value,
  service: Given,
  namespace: Given,
  pod: Given,
})

/** New, in progress, on hold; resolved, closed, canceled. */
const STATUS: ReadonlyMap<string, 'firing' | 'resolved'> = new Map([
  ...['1', '2', '3'].map((state) => [state, 'firing'] as const),
  ...['6', '7', '8'].map((state) => [state, 'resolved'] as const),
])

const PRIORITIES = { 1: 'P1', 2: 'P2', 3: 'P3', 4: 'P4', 5: 'P5' } as const

export const servicenow: Source = {
  name: 'servicenow',
  title: 'ServiceNow',
  never_refuse_content: false,
  read(body, receivedAt) {
    const parsed = Body.safeParse(body)
    if (!parsed.success) return [rejectedBy(parsed.error, body, '')]
    const { sys_id, sys_class_name, state, ...record } = parsed.data
    if (sys_id === '') return [rejected('sys_id', undefined, 'send the sys_id of the incident')]
    if (sys_class_name !== '' && sys_class_name !== 'incident')
      return [ignored(`a record of ${shown(sys_class_name)} is no incident`)]
    if (state === '') return [rejected('state', undefined, 'send the state of the incident, 1 to 8')]
    const status = STATUS.get(state)
    if (status === undefined) return [ignored(`state ${shown(state)} neither opens nor ends an incident`)]
    const { namespace, pod } = record
    const service = record.service || record.cmdb_ci || record.business_service
    const as_of = utcInstant(record.sys_updated_on)
    return [
      pageReading(
        {
          source: 'servicenow',
          id: ownId(sys_id),
          status,
          title: record.short_description,
          tags: readTags(Object.entries({ service, namespace, pod })),
          service_fix: ['cmdb_ci.display_value', 'send the configuration item with its display value, or a service'],
          severity: countedSeverity(PRIORITIES, record.priority),
          starts_at: utcInstant(record.opened_at) ?? (status === 'firing' ? receivedAt : null),
          ends_at: utcInstant(record.resolved_at) ?? utcInstant(record.closed_at) ?? as_of,
          as_of,
          key: record.correlation_id,
        },
        '',
      ),
    ]
  },
}
