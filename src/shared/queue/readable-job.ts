/**
 * Makes what BullMQ fetches readable. It parses a job's options and progress before anybody can catch what it throws: a job that
 * somebody wrote in would never begin, come back for ever, and fail the one with whose end it was fetched.
 */

/** Commands that fetch a job: its fields and values in turn come first in what they return. */
export const FETCHES: ReadonlySet<string> = new Set(['moveToActive', 'moveToFinished', 'moveToDelayed'])

/** What the work comes to depends on none of these. */
const INSTEAD = { opts: JSON.stringify({ removeOnComplete: true }), progress: '0' }

/** Nearly every job has the same options. */
let lastReadable = ''

const isReadable = (text: string): boolean => {
  if (text === lastReadable || text === '') return true
  try {
    if (JSON.parse(text) === null) return false
    lastReadable = text
    return true
  } catch {
    return false
  }
}

/** What was returned; where its job cannot be read, with others in the place of what somebody wrote. */
export const readableReply = (reply: unknown): unknown => {
  const fields: unknown = Array.isArray(reply) ? reply[0] : null
  if (!Array.isArray(reply) || !Array.isArray(fields)) return reply
  const instead: string[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = String(fields[i]) as keyof typeof INSTEAD
    if (Object.hasOwn(INSTEAD, name) && !isReadable(String(fields[i + 1]))) instead.push(name, INSTEAD[name])
  }
  // Of a field that is there twice BullMQ takes the last.
  return instead.length === 0 ? reply : [[...fields, ...instead], ...reply.slice(1)]
}
