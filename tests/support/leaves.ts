/** Walks a JSON document leaf by leaf, and makes copies of it with one place changed. */
import { isBranch } from '../../src/shared/sources/is-branch.ts'

export type Path = readonly (string | number)[]

/** The path of every value that is neither object nor array. */
export const leavesOf = (value: unknown, path: Path = []): Path[] =>
  isBranch(value)
    ? Object.entries(value).flatMap(([key, child]) =>
        leavesOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : [path]

/** A copy with `replacement` at `path`. */
export const replaced = (value: unknown, path: Path, replacement: unknown): unknown => {
  const [key, ...rest] = path
  if (key === undefined) return replacement
  if (Array.isArray(value))
    return value.map((child, index) => (index === key ? replaced(child, rest, replacement) : child))
  return isBranch(value)
    ? Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, name === key ? replaced(child, rest, replacement) : child]),
      )
    : value
}

/** `alerts[].labels.pod`: the place, whichever entry of a list it is in. */
export const placeOf = (path: Path): string =>
  path
    .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
    .join('')
    .replace(/^\./, '')
