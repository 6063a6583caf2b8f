/** Turns schema issues into words for a person: the field, the value that was there, and what is expected. */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  )

const shown = (value: unknown): string => {
  // JSON would call what is beyond every number null.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value)
  if (text === undefined) return 'missing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Of a union, the branch that got furthest: it is the one the writer most likely meant. */
const likeliest = (branches: readonly Issue[][]): Issue[] =>
  branches.find((branch) => branch.some((issue) => issue.path.length > 0)) ?? branches[0] ?? []

/** zod's own words say again that it is wrong, and end in the type of what was there; the value itself is shown already. */
const RECEIVED = /^(?:Invalid (?:input|option)|Too (?:big|small)): (expected .+?)(?:, received .+)?$/

/** `path` leads to the value that is wrong, or to the key that is not known; `fix` says what is expected there. */
export interface ExplainedIssue {
  path: PropertyKey[]
  message: string
  fix: string
}

const explain = (issue: Issue, input: unknown, base: readonly PropertyKey[] = []): ExplainedIssue[] => {
  const path = [...base, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return likeliest(issue.errors).flatMap((inner) => explain(inner, input, path))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `${[...path, key].map(String).join('.')} is not a known key`,
      fix: 'remove it or correct its name',
    }))
  const field = path.map(String).join('.')
  return [
    {
      path,
      message: `${field || 'the document'} is ${shown(at(input, path))}`,
      fix: issue.message.replace(RECEIVED, '$1'),
    },
  ]
}

export const listIssues = (error: z.ZodError, input: unknown): ExplainedIssue[] =>
  error.issues.flatMap((issue) => explain(issue, input))

/** `whole` is what the input is called, where that is what is wrong. */
export const explainIssues = (error: z.ZodError, input: unknown, whole?: string): string =>
  listIssues(error, input)
    .map(({ path, message, fix }) => (path.length > 0 ? `${message}: ${fix}` : whole ? `${whole}: ${fix}` : fix))
    .join('; ')
