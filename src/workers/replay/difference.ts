/** Where a replay came to something else than was recorded: the place, the member, and both values. */
import type { StageName } from '../../shared/contracts/audit-record.ts'
import { isBranch } from '../../shared/sources/is-branch.ts'

export interface Difference {
  /** Or `accept` for what the sources said, `incident` for its record as a whole, `trace` for the chain. */
  stage: StageName | 'accept' | 'incident' | 'trace'
  /** Path, e.g. `output.readiness.score`. */
  member: string
  recorded: unknown
  replayed: unknown
}

const ABSENT = '(absent)'

const member = (value: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : ABSENT

/** One entry per member that differs, down to the leaves. Takes plain JSON data. */
export const differing = (
  stage: Difference['stage'],
  path: string,
  recorded: unknown,
  replayed: unknown,
): Difference[] => {
  if (Object.is(recorded, replayed)) return []
  const alike = isBranch(recorded) && isBranch(replayed) && Array.isArray(recorded) === Array.isArray(replayed)
  if (!alike) return [{ stage, member: path, recorded, replayed }]
  const names = new Set([...Object.keys(recorded), ...Object.keys(replayed)])
  return [...names].flatMap((name) =>
    differing(stage, path === '' ? name : `${path}.${name}`, member(recorded, name), member(replayed, name)),
  )
}
