/** Follows a policy folder: a valid change takes force, an invalid one is refused and the last good set stays. */
import { setInterval } from 'node:timers/promises'
import type { PolicySet } from '../contracts/policy.ts'
import { PolicyError } from './policy-error.ts'
import { readPolicyFiles } from './policy-files.ts'
import { parsePolicies } from './policy-folder.ts'

const POLL_EVERY_MS = 2_000

export interface PolicyWatch {
  /** The set in force, as `loadPolicyFolder` read it at start. */
  current: PolicySet
  onChange(policies: PolicySet): void
  /** Told once per refused content. */
  onRefused(error: PolicyError): void
  /** Ends the watch. */
  signal: AbortSignal
  everyMs?: number
}

/** A class that was good and no longer is. One that was never good harms nothing: its incidents are blocked. */
const turnedBad = (before: PolicySet, after: PolicySet): string | null => {
  for (const [name, reading] of after.classes) {
    const known = before.classes.get(name)
    if ('problem' in reading && known && !('problem' in known)) return reading.problem
  }
  return null
}

type Reading = { next: PolicySet } | { refused: PolicyError } | 'as before'

const asPolicyError = (error: unknown): PolicyError =>
  error instanceof PolicyError ? error : new PolicyError(String(error))

/** Reads the folder on every call; says something only when there is something new to say. */
const follow = (dir: string, start: PolicySet): (() => Promise<Reading>) => {
  let current = start
  let seen = start.digest
  let settled = start.digest
  let unreadable = ''
  const refuse = (refused: PolicyError): Reading => ({ refused })
  return async () => {
    try {
      const files = await readPolicyFiles(dir)
      unreadable = ''
      const twice = files.digest === seen
      seen = files.digest
      // Judged only once two readings agree: a file caught half written can be valid and still lack its conditions.
      if (!twice || files.digest === settled) return 'as before'
      settled = files.digest
      if (files.digest === current.digest) return 'as before'
      const next = await parsePolicies(dir, files)
      const problem = turnedBad(current, next)
      if (problem !== null) return refuse(new PolicyError(problem))
      current = next
      return { next }
    } catch (error) {
      const refused = asPolicyError(error)
      if (refused.message === unreadable) return 'as before'
      unreadable = refused.message
      return refuse(refused)
    }
  }
}

/** Resolves when `signal` is aborted. Contents are compared, not times: some mounts keep the times of a changed file. */
export const watchPolicyFolder = async (dir: string, watch: PolicyWatch): Promise<void> => {
  const read = follow(dir, watch.current)
  const ticks = setInterval(watch.everyMs ?? POLL_EVERY_MS, undefined, { ref: false, signal: watch.signal })
  try {
    for await (const _ of ticks) {
      const reading = await read()
      if (watch.signal.aborted) return
      if (reading === 'as before') continue
      if ('next' in reading) watch.onChange(reading.next)
      else watch.onRefused(reading.refused)
    }
  } catch (error) {
    if (!watch.signal.aborted) throw error
  }
}
