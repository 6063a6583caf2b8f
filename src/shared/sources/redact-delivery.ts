/**
 * A delivery as it may be kept: its structure, ids, names, times and numbers, without persons, free text, secrets, links and
 * addresses. An adapter reads of it what it would have read of the whole, or finds nothing where something was taken out.
 */
import { isBranch } from './is-branch.ts'
import { OpaqueId } from './labels.ts'
import { digestText } from './own-id.ts'
import { type Rule, ruleFor } from './redaction-rules.ts'
import { isLongNumber, isRevealing, isSensitive, REDACTED } from './sensitive-text.ts'
import type { Source } from './source.ts'
import { parsedText } from './text.ts'

/** Deeper than any sender nests; what lies below goes. */
const DEEPEST = 32
/** As long as a name may be; longer texts are no names. */
const LONGEST = 253
/** A group's key names all the labels of a route. */
const LONGEST_NAME = 1000

const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?$/
const AMOUNT = /^-?\d+(\.\d+)? ?[\w%/]{1,12}$/
/** Datadog's transitions, and a level of Google's. */
const NO_DATA = /^(re-)?no (data|severity)$/i
const ACCOUNT_PATH = /:\/\/|^arn:|^\/subscriptions\//i
/** The part of a default title that adapters read; the other labels stand behind it, in brackets. */
const GROUP_TITLE = /^"?(\[(?:FIRING:\d+|RESOLVED)[\w:, ]{0,40}\] [A-Za-z][\w-]*(?: [a-z0-9._-]+)*) ?(?:\(|"?$)/
const TOLD = /^(service|app|namespace|kube_namespace|pod|pod_name|severity|priority|alertname|incident_id)$/i
const PAIR = /(?:^|[\s,;])([A-Za-z_][\w.]*)([=:])([^\s,;]+)/g

const otherText = (text: string): string => {
  if (TIME.test(text) || AMOUNT.test(text) || NO_DATA.test(text)) return text
  const isToken = /^[\x21-\x7e]*$/.test(text) && text.length <= LONGEST
  return isToken && !ACCOUNT_PATH.test(text) && !isRevealing(text) ? text : REDACTED
}

/** What could steer the terminal it is shown in. */
const STEERS = /[\p{Cc}\p{Cf}]/u

const nameText = (text: string): string =>
  text.length > LONGEST_NAME || STEERS.test(text) || isSensitive(text) || /:\/\/\S*[?#]/.test(text) ? REDACTED : text

/** A list of tags, or one of them; a text without any is left only where it is a single word. */
const pairsText = (text: string): string => {
  const told = [...text.matchAll(PAIR)].filter(([, name = '']) => TOLD.test(name))
  const kept = told.map(([, name, sign, value = '']) => `${name}${sign}${nameText(value)}`).join(',')
  return kept || (/[\s,:=]/.test(text) ? REDACTED : otherText(text))
}

const TEXTS: Record<Exclude<Rule, 'private'>, (text: string) => string> = {
  name: nameText,
  other: otherText,
  pairs: pairsText,
  json: () => REDACTED,
  title: (text) => nameText(GROUP_TITLE.exec(text)?.[1] ?? REDACTED),
  account_id: (text) => (OpaqueId.safeParse(text).success && !isSensitive(text) ? text : digestText(text)),
  last_part: (text) => nameText(text.slice(text.lastIndexOf('/') + 1)),
}

/** A number where a text belongs: nobody reads it. Names may be numbered. */
const isMisplaced = (value: unknown, rule: Rule): boolean =>
  typeof value === 'number' &&
  (rule === 'title' || rule === 'pairs' || rule === 'json' || (rule === 'name' && isLongNumber(value)))

const member = (value: object, name: string): unknown =>
  Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined

/** Of `{name: 'user', value: 'maria'}` and `['user', 'maria']` the first says what the second is. */
const namedBy = (value: object): string | null => {
  if (Array.isArray(value)) {
    const [name, text] = value
    return value.length === 2 && typeof name === 'string' && typeof text === 'string' ? name : null
  }
  const name = member(value, 'name') ?? member(value, 'tag') ?? member(value, 'key')
  return typeof name === 'string' && Object.hasOwn(value, 'value') ? name : null
}

/** `body` is parsed JSON or a form, as `Source.read` takes it. Never throws, and gives the same again for what it gave. */
export const redactDelivery = (source: Pick<Source, 'name' | 'names'>, body: unknown): unknown => {
  const text = (value: string, rule: Exclude<Rule, 'private'>, path: readonly string[], depth: number): string => {
    if (value === '' || value === REDACTED) return value
    const inner = /^\s*[[{]/.test(value) && rule !== 'title' ? parsedText(value) : undefined
    return isBranch(inner) ? JSON.stringify(walk(inner, path, depth + 1)) : TEXTS[rule](value)
  }

  const walk = (value: unknown, path: readonly string[], depth: number): unknown => {
    const [name = '', above = ''] = path
    const rule = ruleFor(source, name, above)
    if (rule === 'private') return value === null || value === '' ? value : REDACTED
    if (depth > DEEPEST) return REDACTED
    if (typeof value === 'string') return text(value, rule, path, depth)
    if (isMisplaced(value, rule) && !source.names?.includes(name)) return REDACTED
    if (!isBranch(value)) return value
    const named = namedBy(value)
    if (Array.isArray(value))
      return value.map((one, index) =>
        walk(one, named !== null && index === 1 ? [named, ...path.slice(1)] : path, depth + 1),
      )
    const entries = Object.entries(value).map(([key, one]): [string, unknown] => {
      const below = key === 'value' && named !== null ? [named, ...path] : [key, ...path]
      return [isRevealing(key) || STEERS.test(key) ? REDACTED : key, walk(one, below, depth + 1)]
    })
    return Object.fromEntries(entries)
  }
  return walk(body, [], 0)
}
