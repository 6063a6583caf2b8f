/** One fixture by its path below the fixtures folder, and copies of it with some places changed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBranch } from '../../src/shared/sources/is-branch.ts'

export const fixturePath = (path: string): string => join(import.meta.dirname, '../../fixtures', path)

export const fixtureBody = (path: string): unknown => JSON.parse(readFileSync(fixturePath(path), 'utf8'))

/**
 * A copy with `patch` laid over it: objects are merged, lists by index (`{ alerts: { 0: … } }`), `undefined` removes,
 * anything else (lists included) replaces.
 */
export const patched = (value: unknown, patch: unknown): unknown => {
  if (!isBranch(patch) || Array.isArray(patch)) return patch
  const base = isBranch(value) ? value : {}
  const merged = {
    ...base,
    ...Object.fromEntries(Object.entries(patch).map(([key, to]) => [key, patched(base[key], to)])),
  }
  const kept = Object.fromEntries(Object.entries(merged).filter(([, to]) => to !== undefined))
  return Array.isArray(value) ? Object.values(kept) : kept
}
