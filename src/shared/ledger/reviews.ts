/** The incidents that wait for a person, oldest first, and the one step in which an approval takes effect. */
import type { Redis } from 'ioredis'
import type { Run } from '../contracts/review.ts'
import type { Share, Spent } from '../contracts/share.ts'
import { type LedgerChange, packChange } from './change.ts'
import { runField } from './confirmed-runs.ts'
import type { LedgerKeys } from './keys.ts'
import { runScript } from './scripts.ts'
import { parseSpent } from './spent-shares.ts'

/**
 * `changed`: somebody else wrote to the incident meanwhile. `stop`: the scope of an emergency stop that forbids it. `spent`:
 * budgets with nothing left, where its own share has run out.
 */
export type ApproveReply = 'done' | 'changed' | { stop: string } | { spent: Spent[] }

const CHANGED_MEANWHILE = -100
const STOPPED = -102
const SHARES_SPENT = -103

export class Reviews {
  readonly #redis: Redis
  readonly #keys: LedgerKeys

  constructor(redis: Redis, keys: LedgerKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** Oldest first. */
  waiting(limit: number): Promise<string[]> {
    return this.#redis.zrange(this.#keys.reviews, 0, String(limit - 1))
  }

  /** How long it has waited (ms) by Redis' own clock, the one that all processes share; null when it does not wait. */
  async waitedFor(incidentId: string): Promise<number | null> {
    const since = await this.#redis.zscore(this.#keys.reviews, incidentId)
    if (since === null) return null
    const [seconds, micros] = await this.#redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000) - Number(since)
  }

  count(): Promise<number> {
    return this.#redis.zcard(this.#keys.reviews)
  }

  /** Records an approval and remembers the run that was confirmed: both, or nothing. */
  async approve(
    change: LedgerChange,
    scopes: readonly string[],
    run: Run | null,
    shares: readonly Share[],
  ): Promise<ApproveReply> {
    const remembered = run ? [runField(run), run.run_digest] : ['', '']
    const args = [
      this.#keys.prefix,
      scopes.join('\n'),
      ...remembered,
      shares.length > 0 ? JSON.stringify(shares) : '',
      packChange(change),
    ]
    const reply = await runScript(this.#redis, 'interlockApprove', [this.#keys.absent], args)
    const [code, found] = reply as [number, string?]
    if (code === CHANGED_MEANWHILE) return 'changed'
    if (code === SHARES_SPENT) return { spent: parseSpent(JSON.parse(String(found))) }
    return code === STOPPED ? { stop: String(found) } : 'done'
  }
}
