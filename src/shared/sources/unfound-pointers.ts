/** Which pointers of a mapping find nothing of use in a payload: what may be absent is otherwise left out without a word. */
import type { SourceMapping } from '../contracts/source-mapping.ts'
import { alertsIn, timeIn } from './custom.ts'
import { pointedAt } from './json-pointer.ts'
import { plainNumber } from './plain-number.ts'
import { asText } from './text.ts'
import { windowMinutes } from './window.ts'

export interface Unfound {
  /** In the mapping, such as `fields.pod`. */
  field: string
  pointer: string
  /** `nothing` where nothing stands there, else what is not of the kind that is needed. */
  finds: string
  /** In how many of the payload's alerts. */
  alerts: number
}

/** What may stand there and still be left out: without its own time an alert would begin when it arrives. */
const USE: Readonly<Record<string, { no: string; isUsable(value: unknown): boolean }>> = {
  'fields.starts_at': { no: 'no time (RFC 3339, or epoch)', isUsable: (value) => timeIn(value) !== null },
  'fields.ends_at': { no: 'no time (RFC 3339, or epoch)', isUsable: (value) => timeIn(value) !== null },
  'fields.window': {
    no: 'no window (10m, 600s, PT10M)',
    isUsable: (value) => windowMinutes({ window: asText(value) }) > 0,
  },
}
/** How a sender says that there is none. */
const SAYS_NOTHING: ReadonlySet<unknown> = new Set([undefined, null, ''])
const NUMBER = { no: 'no number', isUsable: (value: unknown) => plainNumber(value) !== null }

export const unfoundPointers = (mapping: SourceMapping, body: unknown): Unfound[] => {
  const alerts = alertsIn(mapping, body) ?? []
  const fields = Object.entries(mapping.fields).map(([name, place]) => [`fields.${name}`, place] as const)
  const metrics = Object.entries(mapping.metrics).map(([name, place]) => [`metrics.${name}`, place] as const)
  return [...fields, ...metrics].flatMap(([field, pointer]) => {
    if (typeof pointer !== 'string') return []
    const use = field.startsWith('metrics.') ? NUMBER : USE[field]
    const found = alerts.map(({ alert }) => pointedAt(alert, pointer))
    const absent = found.filter((value) => value === undefined).length
    const unusable = found.filter((value) => !SAYS_NOTHING.has(value) && use && !use.isUsable(value)).length
    return [
      ...(absent > 0 ? [{ field, pointer, finds: 'nothing', alerts: absent }] : []),
      ...(use && unusable > 0 ? [{ field, pointer, finds: use.no, alerts: unusable }] : []),
    ]
  })
}
