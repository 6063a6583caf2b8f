/** First-run memory: which action a person has confirmed on which service, as specification and action were then. */
import type { Redis } from 'ioredis'
import type { Run } from '../contracts/review.ts'
import type { LedgerKeys } from './keys.ts'

/** Names come from files and payloads, so that no separator could keep them apart. */
export const runField = ({ service, incident_class, action }: Omit<Run, 'run_digest'>): string =>
  JSON.stringify([service, incident_class, action])

/** For how long a run that nobody had confirmed is taken as such without another look. */
const LOOK_AGAIN_MS = 1000
/** Of each kind: more than any catalogue of services times its actions. */
const MOST = 10_000

export class ConfirmedRuns {
  readonly #redis: Redis
  readonly #keys: LedgerKeys
  /** A run that was confirmed stays so: its digest says what it was. */
  readonly #confirmed = new Set<string>()
  /** The connection over which they were found. */
  #stream: unknown
  readonly #looks = new Map<string, { until: number; found: Promise<boolean> }>()

  constructor(redis: Redis, keys: LedgerKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** One round trip in a second for each run that is not confirmed, and none for those that are. Rejects when Redis does not answer. */
  readonly isConfirmed = (run: Run): boolean | Promise<boolean> => {
    const name = `${run.run_digest}${runField(run)}`
    this.#forgetLostRedis()
    if (this.#confirmed.has(name)) return true
    const now = Date.now()
    const last = this.#looks.get(name)
    if (last && last.until > now) return last.found
    if (this.#looks.size >= MOST) this.#looks.clear()
    const found = this.#look(run, name)
    this.#looks.set(name, { until: now + LOOK_AGAIN_MS, found })
    return found
  }

  /** The Redis that comes back or takes over may have lost the last approvals. */
  #forgetLostRedis(): void {
    const { stream } = this.#redis
    if (stream === this.#stream) return
    this.#stream = stream
    this.#confirmed.clear()
    this.#looks.clear()
  }

  async #look(run: Run, name: string): Promise<boolean> {
    try {
      const found = (await this.#redis.hget(this.#keys.runs, runField(run))) === run.run_digest
      if (found) {
        if (this.#confirmed.size >= MOST) this.#confirmed.clear()
        this.#confirmed.add(name)
        this.#looks.delete(name)
      }
      return found
    } catch (error) {
      // Whoever is next looks for himself.
      this.#looks.delete(name)
      throw error
    }
  }
}
