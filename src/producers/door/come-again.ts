/** A refusal of a delivery that has nothing wrong with it, answered so that this sender brings it again. */
import { Problem } from '../../shared/problem.ts'
import type { Source } from '../../shared/sources/source.ts'

export type LoadReason = 'queue_age' | 'queue_depth' | 'event_loop' | 'crowd' | 'pipelined'

export class ComeAgain extends Problem {
  readonly reason: LoadReason | 'rate_limited'
  readonly #status: 429 | 503
  readonly #seconds: number

  /** `seconds` until it is worth while. A sender that does not come again after a 429 would lose the delivery by one. */
  constructor({ retries }: Source, reason: LoadReason | 'rate_limited', detail: string, seconds: number) {
    super(reason === 'rate_limited' ? 'rate_limited' : 'overloaded', detail)
    this.reason = reason
    this.#status = retries === 'after_429' ? 429 : 503
    this.#seconds = seconds
  }

  override get status(): number {
    return this.#status
  }

  override get retryAfter(): number {
    return this.#seconds
  }
}
