/** Whether a text holds the number of a bank account, as people write it: in one word, or in groups of four. */

const LOOK = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b/g
const SHORTEST = 15

/** ISO 13616: letters count from 10 on, and the whole, with its first four at the end, leaves 1. */
const isIban = (compact: string): boolean => {
  const digits = [...compact.slice(4), ...compact.slice(0, 4)].map((one) => Number.parseInt(one, 36)).join('')
  return BigInt(digits) % 97n === 1n
}

/** What stands behind it in capitals belongs to the match, so that it may end at every blank. */
export const holdsIban = (text: string): boolean => {
  for (const [found] of text.matchAll(LOOK)) {
    let compact = ''
    for (const group of found.split(' ')) {
      compact += group
      if (compact.length >= SHORTEST && isIban(compact)) return true
    }
  }
  return false
}
