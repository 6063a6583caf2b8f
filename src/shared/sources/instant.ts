/** Times as senders write them (any zone offset, up to nanoseconds) into the one form Interlock stores. */
import { z } from 'zod'
import { plainNumber } from './plain-number.ts'

/** Go's zero time: what Alertmanager and Grafana write for "no time". */
const isZero = (text: string): boolean => text.startsWith('0001-01-01T')

export const Instant = z.iso
  .datetime({ offset: true, error: 'send an RFC 3339 time, e.g. 2026-05-17T11:42:00Z' })
  .refine((text) => !isZero(text), 'send the time it began, not the zero time')
  .transform((text) => new Date(text).toISOString())

/** The same for a time that may be absent: null where there is none, or none that can be read. */
export const instantOrNull = (value: unknown): string | null => Instant.safeParse(value).data ?? null

const MILLISECONDS = { s: 1000, ms: 1, ns: 1e-6 }

/** Epoch time, as a number or as text; null for 0, which stands for no time, and for what is beyond the year 9999. */
export const epochInstant = (value: unknown, unit: keyof typeof MILLISECONDS): string | null => {
  const count = plainNumber(value)
  if (count === null || count <= 0) return null
  const date = new Date(Math.floor(count * MILLISECONDS[unit]))
  return Number.isNaN(date.getTime()) ? null : instantOrNull(date.toISOString())
}

/** `2026-05-17 11:42:33`, with or without milliseconds, which the sender means in UTC and does not say. */
export const utcInstant = (value: unknown): string | null =>
  typeof value === 'string' ? instantOrNull(value.replace(/^(\S+) (\S+)$/, '$1T$2Z')) : null
