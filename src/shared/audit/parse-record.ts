/** A record from its text, as it is: the check of the chain says what is wrong with it. Pure. */

/** A string of JSON, and whether it names a member. */
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g

const namesIn = (text: string): number => [...text.matchAll(STRINGS)].filter(([, colon]) => colon === ':').length

const membersOf = (value: unknown): number =>
  typeof value !== 'object' || value === null
    ? 0
    : Object.values(value).reduce((sum: number, member) => sum + membersOf(member), 0) +
      (Array.isArray(value) ? 0 : Object.keys(value).length)

/** Of a member that is stated twice JavaScript takes the last in silence, others the first: it says two things at once. */
const saysTwice = (text: string, value: unknown): boolean =>
  JSON.stringify(value) !== text && namesIn(text) !== membersOf(value)

/** What states a member twice, in whatever depth, stays the text it is. Throws a SyntaxError for what is not JSON. */
export const parseRecord = (text: string): unknown => {
  const value: unknown = JSON.parse(text)
  try {
    return saysTwice(text, value) ? text : value
  } catch {
    // Nested too deep to be looked at, and so to be a record.
    return text
  }
}
