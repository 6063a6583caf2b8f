/** The strings other systems name things by: validated here once, since ids come from strangers' webhooks. */
import { z } from 'zod'

/**
 * An incident id is also the BullMQ job id of every stage. BullMQ corrupts a queue whose job is called like one of its
 * own keys (`active`, `meta`, …), so nothing outside this shape is ever used as one.
 */
export const INCIDENT_ID_PATTERN = /^[A-Z]{2,8}(-[A-Za-z0-9]+){1,8}$/

export const IncidentId = z
  .string()
  .max(128, 'an incident id has at most 128 characters')
  .regex(INCIDENT_ID_PATTERN, 'an incident id looks like HM-2026-05-17-01')

/** What kind of incident; names the policy folder, so it can never climb out of it. */
export const IncidentClass = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'an incident class is lower case letters, digits, _ and -, e.g. high_memory_usage',
  )

const DIGEST = 'a sha256 is 64 lower case hex digits'
/** A sha256 as 64 lower case hex digits. */
export const Sha256 = z.string(DIGEST).regex(/^[0-9a-f]{64}$/, DIGEST)

/** RFC 3339 in UTC with milliseconds: the one form in which Interlock stores a time. */
export const Timestamp = z.iso.datetime({ precision: 3 })
