/** A source of one's own: reads payloads as a mapping of the policy folder says. docs/add-a-source.md shows how to write one. */
import type { Place, SourceMapping } from '../contracts/source-mapping.ts'
import { groupHashes, isGroupHash } from './group-key.ts'
import { epochInstant, instantOrNull } from './instant.ts'
import { pointedAt } from './json-pointer.ts'
import { measuredReading } from './measured-alert.ts'
import { numbersIn } from './metric-context.ts'
import { ownId } from './own-id.ts'
import { pageReading } from './page-alert.ts'
import { plainNumber } from './plain-number.ts'
import { ignored, rejected, shown } from './reading.ts'
import { type Claim, countedSeverity, namedSeverity } from './severity.ts'
import { bodySignature } from './signature.ts'
import { FORM, type Reading, type Source } from './source.ts'
import { firstLink } from './source-ref.ts'
import { readTags } from './tags.ts'
import { asText } from './text.ts'
import { windowMinutes } from './window.ts'

type Field = keyof SourceMapping['fields']

/** Above this a number counts milliseconds, not seconds: as seconds it is the year 5138. */
const MILLISECONDS_FROM = 1e11

export const timeIn = (value: unknown): string | null => {
  const number = plainNumber(value)
  if (number === null) return instantOrNull(value)
  return epochInstant(number, number < MILLISECONDS_FROM ? 's' : 'ms')
}

const standingAt = (alert: unknown, place: Place | undefined): unknown => {
  if (place === undefined) return undefined
  return typeof place === 'string' ? pointedAt(alert, place) : place.value
}

const has = (values: readonly string[], value: string): boolean =>
  values.some((one) => one.toLowerCase() === value.toLowerCase())

const severityOf = (levels: SourceMapping['severity'], value: string): Claim | null => {
  const level = Object.entries(levels).find(([, values]) => has(values, value))?.[0]
  return (
    (level && countedSeverity({ P0: 'P0', P1: 'P1', P2: 'P2', P3: 'P3', P4: 'P4', P5: 'P5' }, level)) ||
    namedSeverity('', value)
  )
}

const readOne = (name: string, mapping: SourceMapping, alert: unknown, at: string, receivedAt: string): Reading => {
  const { fields, status: statuses } = mapping
  const text = (field: Field) => asText(standingAt(alert, fields[field]))
  for (const field of ['id', 'status', 'class', 'service'] as const) {
    const place = fields[field]
    if (text(field) === '' && typeof place === 'string')
      return rejected(
        `${at}${place}`,
        standingAt(alert, place),
        `fields.${field} of the mapping '${name}' points there and needs a text`,
      )
  }
  const status = text('status')
  if (has(statuses.ignored, status)) return ignored(`status ${shown(status)} neither opens nor ends an incident`)
  const firing = has(statuses.firing, status)
  if (!firing && !has(statuses.resolved, status))
    return rejected(`${at}${String(fields.status)}`, status, `name it under status in the mapping '${name}'`)
  const [service, namespace, pod, alertname] = [text('service'), text('namespace'), text('pod'), text('class')]
  const group = text('group_key')
  const common = {
    source: 'custom' as const,
    id: `${name}:${ownId(text('id'))}`,
    status: firing ? ('firing' as const) : ('resolved' as const),
    tags: readTags(Object.entries({ service, namespace, pod, alertname })),
    service_fix: ['fields.service', 'point to the name of the service'] as const,
    severity: severityOf(mapping.severity, text('severity')),
    starts_at: timeIn(standingAt(alert, fields.starts_at)) ?? (firing ? receivedAt : null),
    ends_at: timeIn(standingAt(alert, fields.ends_at)),
  }
  if (mapping.kind === 'paging')
    return pageReading({ ...common, title: '', key: isGroupHash(group) ? group : (groupHashes(group)[0] ?? '') }, at)
  return measuredReading(
    {
      ...common,
      rule: '',
      window_minutes: windowMinutes({ window: text('window') }),
      metrics: numbersIn(
        Object.fromEntries(
          Object.entries(mapping.metrics).map(([metric, pointer]) => [metric, pointedAt(alert, pointer)]),
        ),
      ),
      link: firstLink(text('link')),
      groups: isGroupHash(group) ? [group] : groupHashes(group),
    },
    at,
  )
}

/** The alerts of a payload, each with where it stands; null where `alerts` does not point to a list. */
export const alertsIn = ({ alerts }: SourceMapping, body: unknown): { alert: unknown; at: string }[] | null => {
  if (alerts === undefined) return [{ alert: body, at: '' }]
  const list = pointedAt(body, alerts)
  return Array.isArray(list) ? list.map((alert, index) => ({ alert, at: `${alerts}/${index}` })) : null
}

const NAMING = ['id', 'status', 'class', 'service', 'namespace', 'pod', 'severity'] as const satisfies Field[]

/** For a sender that signs as Grafana does. */
export const CUSTOM_SIGNATURE = bodySignature(null, ['header', 'timestamp_header'])

/** `name` is that of the mapping's file; deliveries go to `/webhooks/custom:<name>`. */
export const customSource = (name: string, mapping: SourceMapping): Source => ({
  name: 'custom',
  title: name,
  never_refuse_content: false,
  also_as: ['text/plain', FORM],
  names: NAMING.flatMap((field) => {
    const place = mapping.fields[field]
    return typeof place === 'string' ? place.slice(place.lastIndexOf('/') + 1) : []
  }),
  signature: CUSTOM_SIGNATURE,
  read(body, receivedAt) {
    const alerts = alertsIn(mapping, body)
    if (alerts === null)
      return [
        rejected(
          mapping.alerts || 'the body',
          pointedAt(body, mapping.alerts ?? ''),
          `alerts of the mapping '${name}' points there and needs a list`,
        ),
      ]
    if (alerts.length === 0) return [ignored('the delivery holds no alerts')]
    return alerts.map(({ alert, at }) => readOne(name, mapping, alert, at, receivedAt))
  },
})
