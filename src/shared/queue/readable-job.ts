/**
 * Makes what BullMQ fetches readable. It parses a job's options and progress before anybody can catch what it throws: a job that
 * somebody wrote in would never begin, come back for ever, and fail the one with whose end it was fetched.
 */

/** Commands that fetch a job: its fields and values in turn come first in what they return. */
export const FETCHES: ReadonlySet<string> = new Set(['moveToActive', 'moveToFinished', 'moveToDelayed'])

/** What the work comes to depends on none of these. */
const INSTEAD = { opts: JSON.stringify({ removeOnComplete: true }), progress: '0' }

/**
 * No job of a stage has these. With a schedule nobody knows it would never begin, with a parent that is none never end: BullMQ's
 * script reads it after it has taken the lock away. `{}` tells the stage's worker to take it out.
 */
const FOREIGN = { rjk: '', parent: '{}' }

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

const isOf = <Fields extends object>(fields: Fields, name: PropertyKey): name is keyof Fields =>
  Object.hasOwn(fields, name)

/** What was returned; where its job cannot be read, with others in the place of what somebody wrote. */
export const readableReply = (reply: unknown): unknown => {
  const fields: unknown = Array.isArray(reply) ? reply[0] : null
  if (!Array.isArray(reply) || !Array.isArray(fields)) return reply
  const instead: string[] = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = String(fields[i])
    if (isOf(FOREIGN, name)) instead.push(name, FOREIGN[name])
    else if (isOf(INSTEAD, name) && !isReadable(String(fields[i + 1]))) instead.push(name, INSTEAD[name])
  }
  // Of a field that is there twice BullMQ takes the last.
  return instead.length === 0 ? reply : [[...fields, ...instead], ...reply.slice(1)]
}
