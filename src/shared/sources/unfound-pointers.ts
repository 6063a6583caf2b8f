/** Which pointers of a mapping find nothing in a payload: what may be absent is otherwise left out without a word. */
import type { SourceMapping } from '../contracts/source-mapping.ts'
import { alertsIn } from './custom.ts'
import { pointedAt } from './json-pointer.ts'

export interface Unfound {
  /** In the mapping, such as `fields.pod`. */
  field: string
  pointer: string
  /** How many of the payload's alerts it finds nothing in. */
  alerts: number
}

export const unfoundPointers = (mapping: SourceMapping, body: unknown): Unfound[] => {
  const alerts = alertsIn(mapping, body) ?? []
  const fields = Object.entries(mapping.fields).map(([name, place]) => [`fields.${name}`, place] as const)
  const metrics = Object.entries(mapping.metrics).map(([name, place]) => [`metrics.${name}`, place] as const)
  return [...fields, ...metrics].flatMap(([field, place]) => {
    if (typeof place !== 'string') return []
    const without = alerts.filter(({ alert }) => pointedAt(alert, place) === undefined).length
    return without === 0 ? [] : [{ field, pointer: place, alerts: without }]
  })
}
