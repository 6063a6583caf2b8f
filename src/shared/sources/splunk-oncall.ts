/** Splunk On-Call (VictorOps): the escalation webhook, a form whose values are JSON-quoted, and a custom outbound one. */
import { z } from 'zod'
import { epochInstant } from './instant.ts'
import { ownId } from './own-id.ts'
import { pageReading } from './page-alert.ts'
import { ignored, rejected, shown } from './reading.ts'
import { namedSeverity } from './severity.ts'
import type { HmacSignature } from './signature.ts'
import { FORM, type Source } from './source.ts'
import { readTags } from './tags.ts'
import { asText, parsedText } from './text.ts'

const OPENS = /^(CRITICAL|WARNING|INFO)$/
const ENDS = /^(RECOVERY|RESOLVED|OK)$/

const unquoted = (value: unknown): string =>
  asText(typeof value === 'string' && value.startsWith('"') ? (parsedText(value) ?? value) : value)

const Fields = z.record(z.string(), z.unknown())

const phaseOf = (type: string, phase: string): 'firing' | 'resolved' | null => {
  if (ENDS.test(type) || ENDS.test(phase)) return 'resolved'
  return OPENS.test(type) && phase !== 'ACKED' ? 'firing' : null
}

/**
 * Names and values are signed without anything between them, so that a part of one could be passed off as another. Not so where
 * each value is what Splunk On-Call makes it: empty, a number, or a JSON text, which has quotes at its ends alone.
 */
const isSettled = (fields: readonly [string, string][]): boolean =>
  new Set(fields.map(([name]) => name)).size === fields.length &&
  fields.every(
    ([name, value]) =>
      /^[a-z]\w*$/i.test(name) && /^(?:|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|true|false|null)$/s.test(value),
  )

/** Fields of one form: its sender has dozens. To make sense of more than these would be work that costs a stranger nothing. */
const MOST_FIELDS = 1000

/** The address, and behind it every field of the form by name, name and value without anything between them. */
const signature: HmacSignature = {
  scheme: 'hmac',
  header: 'x-victorops-signature',
  hash: 'sha1',
  encoding: 'base64',
  prefix: '',
  signs: ({ raw, url }) => {
    const form = raw.toString()
    if (form.split('&', MOST_FIELDS + 1).length > MOST_FIELDS) return null
    const fields = [...new URLSearchParams(form)]
    return isSettled(fields) ? [url, ...fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat()] : null
  },
  options: ['url'],
}

export const splunkOncall: Source = {
  name: 'splunk_oncall',
  title: 'Splunk On-Call (VictorOps)',
  never_refuse_content: false,
  also_as: [FORM],
  signature,
  read(body, receivedAt) {
    const fields = Fields.safeParse(body).data ?? {}
    const field = (name: string) => (Object.hasOwn(fields, name) ? unquoted(fields[name]) : '')
    const custom = !Object.hasOwn(fields, 'incident')
    // A custom one calls the number `incident_id` and the title `service`: neither is what Interlock calls so.
    const number = field(custom ? 'incident_id' : 'incident')
    const type = (field('message_type') || field('entity_state')).toUpperCase()
    if (number === '' || type === '')
      return [rejected(number === '' ? 'incident' : 'message_type', undefined, 'send a Splunk On-Call webhook')]
    const status = phaseOf(type, field('current_phase').toUpperCase())
    if (status === null) return [ignored(`message type ${shown(type)} neither opens nor ends an incident`)]
    const as_of = epochInstant(field('timestamp'), 'ms')
    const named = custom ? 'service_name' : 'service'
    return [
      pageReading(
        {
          source: 'splunk_oncall',
          id: ownId(number),
          status,
          title: field('entity_display_name') || (custom ? field('service') : ''),
          tags: readTags([
            ['service', field(named)],
            ...['alertname', 'namespace', 'pod'].map((name) => [name, field(name)] as const),
          ]),
          service_fix: [named, 'add a field of this name to the alert (custom_fields in Alertmanager) or the template'],
          severity: namedSeverity(field('priority'), type),
          starts_at:
            status === 'firing' ? (epochInstant(field('state_start_time'), 'ms') ?? as_of ?? receivedAt) : null,
          ends_at: as_of,
          as_of,
          key: field('entity_id'),
        },
        '',
      ),
    ]
  },
}
