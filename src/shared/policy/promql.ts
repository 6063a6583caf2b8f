/**
 * PromQL as policies write it: where the incident's own names may stand, and how they get there. They come from strangers,
 * so each is put in as the text of a string and can never end it, nor be a pattern. Pure.
 */
import type { Asks, Query } from '../contracts/live-facts.ts'

export interface Target {
  service: string
  namespace: string
  pod: string
}

const FIELDS = ['service', 'namespace', 'pod'] as const
/** A string with the operator before it, a comment, or any one character. */
const TOKENS = /(=~|!~)?(\s*)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#.*)|[\s\S]/g
const PLACEHOLDERS = /\$([a-z_]+)/g
/** One metric with its labels: of this alone Prometheus can say when it was sampled. */
const SELECTOR = /^[a-zA-Z_:][\w:]*\s*(\{(?:[^{}"'`]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)*\})?$/

const namesIn = (text: string): string[] => [...text.matchAll(PLACEHOLDERS)].map(([, name = '']) => name)
const isField = (name: string): name is keyof Target => FIELDS.some((field) => field === name)

/** Null when the expression can be filled in, else what to write instead. */
export const expressionProblem = (expression: string): string | null => {
  for (const [token, , , text] of expression.matchAll(TOKENS)) {
    if (token === '$') return 'a $ may stand in a string only: write service="$service"'
    if (text === undefined || text.startsWith('#')) continue
    const [first] = namesIn(text)
    if (first !== undefined && !text.startsWith('"'))
      return `${text} must have double quotes for $${first} to be filled in`
    const unknown = namesIn(text).find((name) => !isField(name))
    if (unknown !== undefined) return `$${unknown} is not known: use $${FIELDS.join(', $')}`
  }
  return null
}

/** Whether Prometheus knows how old what it gives is; for anything computed it gives the time of the question. */
export const tellsItsAge = (expression: string): boolean => SELECTOR.test(expression)

/** Regular expressions are RE2; what JSON writes as a string is one in PromQL too. */
const quoted = (value: string, inPattern: boolean): string =>
  JSON.stringify(inPattern ? value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&') : value).slice(1, -1)

const fill = (expression: string, target: Target): string =>
  expression.replace(TOKENS, (token, pattern?: string, _?: string, text?: string) =>
    text?.startsWith('"')
      ? token.replace(PLACEHOLDERS, (whole, name: string) =>
          isField(name) ? quoted(target[name], pattern !== undefined) : whole,
        )
      : token,
  )

/** Of the target, what the expressions name and nobody knows: an empty label would match the series that have none. */
const missing = (expressions: string, target: Target): string | undefined =>
  namesIn(expressions).find((name) => isField(name) && target[name] === '')

export type FilledIn = { query: Query; problem: null } | { query: null; problem: string }

export const queryFor = ({ prometheus, as_of }: Asks[string], target: Target): FilledIn => {
  const unknown = missing(`${prometheus} ${as_of ?? ''}`, target)
  if (unknown !== undefined) return { query: null, problem: `${unknown} of the incident is not known` }
  const value = fill(prometheus, target)
  return { query: { value, as_of: as_of === undefined ? `timestamp(${value})` : fill(as_of, target) }, problem: null }
}
