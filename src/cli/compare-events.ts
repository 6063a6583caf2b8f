/** Compares an incident_event with the one expected, field by field, and each metric by itself. */
import { isDeepStrictEqual } from 'node:util'
import type { IncidentEvent } from '../shared/contracts/incident-event.ts'

export interface Difference {
  field: string
  expected: unknown
  actual: unknown
}

type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A field that is missing on one side is null there, so that it stays visible in JSON. */
const differing = (expected: Fields, actual: Fields, prefix = ''): Difference[] =>
  [...new Set([...Object.keys(actual), ...Object.keys(expected)])].flatMap((key) => {
    const [wanted, got] = [expected, actual].map((side) => (Object.hasOwn(side, key) ? side[key] : undefined))
    if (isDeepStrictEqual(wanted, got)) return []
    if (isFields(wanted) && isFields(got)) return differing(wanted, got, `${prefix}${key}.`)
    return [{ field: `${prefix}${key}`, expected: wanted ?? null, actual: got ?? null }]
  })

export const compareEvents = (expected: Fields, actual: IncidentEvent): Difference[] => differing(expected, actual)
