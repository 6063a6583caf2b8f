/** Turns schema issues into words for a person: the field, the value that was there, and what is expected. */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  )

const shown = (value: unknown): string => {
  const text = JSON.stringify(value)
  if (text === undefined) return 'missing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** Of a union, the branch that got furthest: it is the one the writer most likely meant. */
const likeliest = (branches: readonly Issue[][]): Issue[] =>
  branches.find((branch) => branch.some((issue) => issue.path.length > 0)) ?? branches[0] ?? []

const explain = (issue: Issue, input: unknown, base: readonly PropertyKey[] = []): string[] => {
  const path = [...base, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return likeliest(issue.errors).flatMap((inner) => explain(inner, input, path))
  const field = path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => [field, key].filter(Boolean).join('.'))
    return keys.map((key) => `${key} is not a known key: remove it or correct its name`)
  }
  return [field === '' ? issue.message : `${field} is ${shown(at(input, path))}: ${issue.message}`]
}

export const explainIssues = (error: z.ZodError, input: unknown): string =>
  error.issues.flatMap((issue) => explain(issue, input)).join('; ')
