/** One CloudEvent about an alert. */
import { z } from 'zod'
import { groupHashes } from './group-key.ts'
import { classOfRule } from './incident-class.ts'
import { instantOrNull } from './instant.ts'
import { measuredReading } from './measured-alert.ts'
import { numbersIn } from './metric-context.ts'
import { digestId } from './own-id.ts'
import { ignored, rejected, rejectedBy, shown } from './reading.ts'
import { type Claim, namedSeverity } from './severity.ts'
import type { Reading } from './source.ts'
import { pairsOf, readTags } from './tags.ts'
import { asText, parsedText, Text } from './text.ts'
import { windowMinutes } from './window.ts'

const Event = z.object({
  specversion: z.literal('1.0', 'send a CloudEvent of specversion "1.0"'),
  id: z.string('send the id of the event').min(1, 'send the id of the event'),
  source: z.string('send the source of the event').min(1, 'send the source of the event'),
  type: z.string('send the type of the event').min(1, 'send the type of the event'),
  time: z.unknown().optional(),
  severitytext: Text,
  severitynumber: Text,
  data: z.unknown().optional(),
  data_base64: z.string().optional().catch(undefined),
})

const Data = z.looseObject({ status: Text, window: z.unknown().optional(), group_key: Text })

/** Base64 of UTF-8 of JSON; undefined where it is not. */
const fromBase64 = (text: string): unknown => {
  try {
    return parsedText(new TextDecoder().decode(Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0))))
  } catch {
    return undefined
  }
}

const WORDS: Readonly<Record<string, 'firing' | 'resolved'>> = { firing: 'firing', resolved: 'resolved' }

/** What the data says, else a part of the type: `com.example.alert.resolved.v1`. */
const statusOf = (type: string, status: string): 'firing' | 'resolved' | null => {
  const named = [status.toLowerCase(), ...type.toLowerCase().split('.')].find((word) => Object.hasOwn(WORDS, word))
  return named === undefined ? null : (WORDS[named] ?? null)
}

/** The severity extension counts as OpenTelemetry does: 1 to 24, four numbers to a level. */
const extensionSeverity = (number: string, text: string): Claim | null => {
  const count = /^\d+$/.test(number) ? Number(number) : 0
  const word = ['debug', 'debug', 'info', 'warning', 'error', 'fatal'][Math.ceil(count / 4) - 1]
  return namedSeverity('', word ?? text)
}

const FIX = 'name the service in the data of the event'

export const readCloudEvent = (raw: unknown, at: string, receivedAt: string): Reading => {
  const parsed = Event.safeParse(raw)
  if (!parsed.success) return rejectedBy(parsed.error, raw, at)
  const { type, source, time, data_base64, data, ...event } = parsed.data
  const field = `${at}${at && '.'}data`
  const content = Data.safeParse(data_base64 === undefined ? data : fromBase64(data_base64))
  const status = statusOf(type, content.data?.status ?? '')
  if (status === null) return ignored(`type ${shown(type)} neither opens nor ends an incident`)
  if (!content.success) return rejected(field, undefined, 'send the alert as a JSON object')
  const { window, group_key, ...fields } = content.data
  const tags = readTags(pairsOf(fields))
  const started = instantOrNull(fields.started_at)
  const when = instantOrNull(time) ?? receivedAt
  const about = JSON.stringify([source, classOfRule(tags.alertname), tags.service, tags.namespace, tags.pod])
  return measuredReading(
    {
      source: 'cloudevents',
      // An event's own id is another one for the end; the target and when it began are the same for both.
      id: `${digestId(about)}${started === null ? '' : `:${started}`}`,
      status,
      rule: '',
      tags,
      service_fix: [`${field}.service`, FIX],
      severity:
        namedSeverity(tags.priority, tags.severity) ?? extensionSeverity(event.severitynumber, event.severitytext),
      starts_at: started,
      ends_at: instantOrNull(fields.ended_at) ?? when,
      ...(started === null && { as_of: when }),
      window_minutes: windowMinutes({ window: asText(window) }),
      metrics: numbersIn(fields),
      groups: groupHashes(group_key),
    },
    at,
  )
}
