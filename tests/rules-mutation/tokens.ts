/** PromQL cut into the pieces that can be changed, each with its place; what lies between them stays as it is. */

export type Kind = 'string' | 'duration' | 'number' | 'word' | 'matcher' | 'comparison' | 'arithmetic'

export interface Token {
  kind: Kind
  text: string
  /** Offset in the expression. */
  at: number
}

const PATTERNS: readonly [Kind, string][] = [
  ['string', String.raw`"(?:[^"\\]|\\.)*"`],
  ['duration', String.raw`(?:\d+[smhdwy])+\b`],
  ['number', String.raw`\d+(?:\.\d+)?`],
  ['word', String.raw`[a-zA-Z_:][\w:]*`],
  ['comparison', '[=!><]=|[><]'],
  ['arithmetic', '[-+*/]'],
]
const INSIDE_BRACES: readonly [Kind, string][] = [
  ...PATTERNS.filter(([kind]) => kind === 'string' || kind === 'word'),
  ['matcher', '=~|!~|!=|='],
]

const scannerOf = (patterns: typeof PATTERNS): RegExp =>
  new RegExp(patterns.map(([kind, pattern]) => `(?<${kind}>${pattern})`).join('|'), 'g')

const tokensIn = (text: string, patterns: typeof PATTERNS, from: number): Token[] =>
  [...text.matchAll(scannerOf(patterns))].map(({ groups = {}, index, 0: found }) => {
    const [kind] = patterns.find(([name]) => groups[name] !== undefined) ?? ['word']
    return { kind, text: found, at: from + index }
  })

/** Label matchers stand in braces, where `=` and `!=` mean something else. */
export const tokensOf = (expression: string): Token[] => {
  let at = 0
  return expression.split(/(\{[^}]*\})/).flatMap((part) => {
    const tokens = tokensIn(part, part.startsWith('{') ? INSIDE_BRACES : PATTERNS, at)
    at += part.length
    return tokens
  })
}
