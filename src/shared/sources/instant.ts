/** Times as senders write them (any zone offset, up to nanoseconds) into the one form Interlock stores. */
import { z } from 'zod'

/** Go's zero time: what Alertmanager and Grafana write for "no time". */
const isZero = (text: string): boolean => text.startsWith('0001-01-01T')

export const Instant = z.iso
  .datetime({ offset: true, error: 'send an RFC 3339 time, e.g. 2026-05-17T11:42:00Z' })
  .refine((text) => !isZero(text), 'send the time it began, not the zero time')
  .transform((text) => new Date(text).toISOString())

/** The same for a time that may be absent: null where there is none, or none that can be read. */
export const instantOrNull = (value: unknown): string | null => Instant.safeParse(value).data ?? null
