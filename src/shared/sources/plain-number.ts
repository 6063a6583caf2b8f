/** A number, or text that is nothing but one: a percent sign, a unit or a word makes it text. */
const PLAIN = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

export const plainNumber = (value: unknown): number | null => {
  const number = typeof value === 'string' && PLAIN.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
