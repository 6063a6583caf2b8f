/** Digests over canonical JSON (RFC 8785): the same data gives the same bytes in every process and every version. */
import { hash } from 'node:crypto'

export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/** Printable ASCII without quote and backslash stands for itself; everything else has its form from JSON.stringify. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const quote = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text))

/** Most objects here are made in order already, and looking is cheaper than sorting. */
const sortedNames = (value: Record<string, unknown>): string[] => {
  const names = Object.keys(value)
  for (let i = 1; i < names.length; i++) if ((names[i] as string) < (names[i - 1] as string)) return names.sort()
  return names
}

/** Members whose value is `undefined` do not exist in JSON, so they are left out, as JSON.stringify does. */
const writeObject = (value: Record<string, unknown>): string => {
  let members = ''
  for (const name of sortedNames(value)) {
    const member = value[name]
    if (member !== undefined) members += `${members === '' ? '' : ','}${quote(name)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

const writeArray = (value: readonly unknown[]): string => {
  let items = ''
  for (const item of value) items += `${items === '' ? '' : ','}${canonicalJson(item)}`
  return `[${items}]`
}

/**
 * Canonical JSON. ECMAScript's own number and string forms are those of RFC 8785 and its default sort is the one by
 * UTF-16 units, so only the order of members is ours. Takes plain JSON data and throws a TypeError for anything else:
 * what JSON cannot hold would not survive storage, and a digest over it would be a digest over something else.
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'boolean' || value === null) return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value)) return writeArray(value)
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype === Object.prototype || prototype === null) return writeObject(value as Record<string, unknown>)
  throw new TypeError(`canonical JSON takes plain JSON data, got ${typeof value}`)
}

export const digest = (value: unknown): string => sha256(canonicalJson(value))
