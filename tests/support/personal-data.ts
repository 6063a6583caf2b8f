/**
 * Where payloads carry what must be stored and logged nowhere: persons, free text, secrets, and links with either in
 * them. By the name of the place, for any source, since senders call them alike.
 */
import { type Path, placeOf } from './leaves.ts'

/** What stands in a planted place must be found nowhere afterwards. */
export const PLANTED = /planted|7700.?900777/i

const TEXT = 'Planted Person <planted@clinic.example>, +44 7700 900777, Authorization: Bearer planted.token'

const PLACES = [
  // Persons, and everything of them.
  /(^|\.)(agent|assignees\[\]|assignee|last_status_change_by|actor|user|caller_id|users_paged\[\])(\.|$)/,
  /(^|\.)(username|userId|email|recipients|acked_by|resolved_by|send_to|hostname|host_ip|ip_address|conference_bridge)$/,
  // What a person wrote, or may have.
  /(^|\.)(content|description|summary|message|title|subject|Subject|msg|event_msg|body|cause|close_notes)$/,
  /(^|\.)(short_description|state_message|receiver|valueString|text|documentation|operation_data)$/,
  /nnotations\.(description|summary|Error|runbook_url)$/,
  /\.request\.(data|headers|query_string)\b/,
  // Secrets, and links that act or lead inside.
  /(^|\.)(Token|Signature|routing_key|api_key|cookies)$/,
  /(URL|Url|_url|[^a-z]url|href|self|link)$/,
]
/** Names that these places have as well, and that an incident keeps: of a service. */
const KEPT = /service\.(summary|name)$|(^|\.)type$/

const inLink = (text: string): string => {
  const url = new URL(text)
  url.username = 'planted-user'
  url.password = 'planted-password'
  url.searchParams.set('access_token', 'planted-token')
  url.hash = 'planted'
  return url.href
}

/** What to plant at this place, in the form of what is there; null for a place that holds nothing of the kind. */
export const plantedAt = (path: Path, value: unknown): string | null => {
  const place = placeOf(path)
  if (typeof value !== 'string' || KEPT.test(place) || !PLACES.some((pattern) => pattern.test(place))) return null
  return /^https?:\/\//.test(value) && URL.canParse(value) ? inLink(value) : `${value} ${TEXT}`
}

/** What a recorded payload has of persons and secrets by itself, told by its look. */
const LOOKS = [
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\+\d[\d ]{8,}\d/g,
  /Bearer [\w.-]+/g,
  /AKIA\w{10,}/g,
  /(?<=:\/\/)[^\s"/@]+:[^\s"/@]+@/g,
  /(?<=[?&])[\w.]*(?:token|key|secret)[\w.]*=[^&\s"]+/gi,
  /\bDr \w+ \w+/g,
]
export const revealing = (text: string): string[] => LOOKS.flatMap((look) => text.match(look) ?? [])
