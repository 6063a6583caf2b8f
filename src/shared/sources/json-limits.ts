/** How deep and how full a JSON text may be, told from its text: to parse one that is made to be costly costs the most. */

/** The deepest payload known has 8 levels. */
export const MAX_JSON_DEPTH = 64

/** Members and elements. A delivery of as many alerts as are taken, with thirty labels and annotations each, has fewer. */
export const MAX_JSON_VALUES = 50_000

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Where the quote is that ends the text whose first character is at `from`; the length where none does. */
const endOfText = (json: string, from: number): number => {
  for (let end = json.indexOf('"', from); end !== -1; end = json.indexOf('"', end + 1)) {
    let before = end - 1
    while (json.charCodeAt(before) === BACKSLASH) before--
    if ((end - before) % 2 === 1) return end
  }
  return json.length
}

/** What is beyond a limit, in words; null where nothing is. Of what is not JSON it may say anything: parsing tells. */
export const beyondJsonLimits = (json: string): string | null => {
  let depth = 0
  let values = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) at = endOfText(json, at + 1)
    else if (code === COMMA) values++
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth++
      values++
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
    if (depth > MAX_JSON_DEPTH) return `it is nested deeper than ${MAX_JSON_DEPTH} levels`
    if (values > MAX_JSON_VALUES) return `it has more than ${MAX_JSON_VALUES} members and elements`
  }
  return null
}
