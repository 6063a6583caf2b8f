/** Digests over canonical JSON (RFC 8785): the same data gives the same bytes in every process and every version. */
import { hash } from 'node:crypto'

export const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

/** By UTF-16 units, in place: objects have few members, and Array.sort allocates more than the text they make. */
const sortNames = (names: string[]): string[] => {
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string
    let at = i
    for (; at > 0 && (names[at - 1] as string) > name; at--) names[at] = names[at - 1] as string
    names[at] = name
  }
  return names
}

/** Whether its JSON text is canonical as it is: plain data with every member in order. Cheap where it was written so. */
const isInOrder = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean'
  if (value === null) return true
  if (Array.isArray(value)) return value.every(isInOrder)
  if (!isPlainObject(value)) return false
  let before = ''
  for (const name in value) {
    if (name < before || !isInOrder(value[name])) return false
    before = name
  }
  return true
}

const write = (value: unknown, to: string[]): void => {
  if (isInOrder(value)) to.push(JSON.stringify(value))
  else writeInOrder(value, to)
}

const writeInOrder = (value: unknown, to: string[]): void => {
  if (Array.isArray(value)) writeArray(value, to)
  else if (isPlainObject(value)) writeObject(value, to)
  else throw notJson(value)
}

const notJson = (value: unknown) => new TypeError(`canonical JSON takes plain JSON data, got ${typeof value}`)

const isPlainObject = (value: unknown): value is Record<string, unknown> => {
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  return prototype === Object.prototype || prototype === null
}

/** Members whose value is `undefined` do not exist in JSON, so they are left out, as JSON.stringify does. */
const writeObject = (value: Record<string, unknown>, to: string[]): void => {
  let before = '{'
  for (const name of sortNames(Object.keys(value))) {
    const member = value[name]
    if (member === undefined) continue
    to.push(before, JSON.stringify(name), ':')
    write(member, to)
    before = ','
  }
  to.push(before === '{' ? '{}' : '}')
}

const writeArray = (value: readonly unknown[], to: string[]): void => {
  let before = '['
  for (const item of value) {
    to.push(before)
    write(item, to)
    before = ','
  }
  to.push(before === '[' ? '[]' : ']')
}

/** An object keeps members with names like an index before all others, and takes this one for its prototype. */
const cannotStandInOrder = (name: string): boolean => (name >= '0' && name < ':') || name === '__proto__'

/** A copy with every member in order, far cheaper to write than text by text; `undefined` where no object can hold it so. */
const copyInOrder = (value: unknown): unknown => {
  if (isInOrder(value)) return value
  if (Array.isArray(value)) {
    const items = value.map(copyInOrder)
    return items.includes(undefined) ? undefined : items
  }
  if (!isPlainObject(value)) throw notJson(value)
  const copy: Record<string, unknown> = {}
  for (const name of sortNames(Object.keys(value))) {
    if (value[name] === undefined) continue
    const member = cannotStandInOrder(name) ? undefined : copyInOrder(value[name])
    if (member === undefined) return undefined
    copy[name] = member
  }
  return copy
}

/**
 * Canonical JSON. ECMAScript's own number and string forms are those of RFC 8785 and its default sort is the one by
 * UTF-16 units, so only the order of members is ours. Takes plain JSON data and throws a TypeError for anything else:
 * what JSON cannot hold would not survive storage, and a digest over it would be a digest over something else.
 */
export const canonicalJson = (value: unknown): string => {
  const ordered = copyInOrder(value)
  if (ordered !== undefined) return JSON.stringify(ordered)
  const parts: string[] = []
  writeInOrder(value, parts)
  return parts.join('')
}

export const digest = (value: unknown): string => sha256(canonicalJson(value))
