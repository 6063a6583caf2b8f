/** Text as templates fill it in: a number is text too, and a placeholder that was not filled in is none. */
import { z } from 'zod'
import { beyondJsonLimits } from './json-limits.ts'

/** Zabbix `{EVENT.ID}` and `*UNKNOWN*`, Datadog `$ALERT_ID`, Splunk `${{STATE.X}}`, Handlebars `{{x}}`, Go's two, and our own. */
const PLACEHOLDER =
  /^(\{[A-Z$#?][^{}]*\}|\*[A-Z]+\*|\$[A-Z][A-Z0-9_]*|\$?\{\{.*\}\}|\[no value\]|<no value>|\[redacted\])$/s

/** Trimmed; empty for whatever is neither text nor a number, and for a placeholder. */
export const asText = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return PLACEHOLDER.test(text) ? '' : text
}

export const Text = z.unknown().optional().transform(asText)

/** A JSON text inside a JSON text, as templates quote lists and objects; undefined where it is not JSON, or too much of it. */
export const parsedText = (text: string): unknown => {
  if (beyondJsonLimits(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A list of texts, also where a template made one text of it: a quoted list, or a single entry. */
export const textList = (value: unknown): string[] => {
  const parsed = typeof value === 'string' && value.trim().startsWith('[') ? parsedText(value) : value
  return (Array.isArray(parsed) ? parsed : [parsed]).map(asText).filter((text) => text !== '')
}
