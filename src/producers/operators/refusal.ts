/** Not let in: why, as it is counted, with what is answered. Never a word of what was presented: answers are kept. */
import type { AuthFailure } from '../../shared/contracts/operator.ts'
import { Problem, type ProblemCode } from '../../shared/problem.ts'

const CODES: Partial<Record<AuthFailure, ProblemCode>> = { role: 'forbidden', keys_unavailable: 'identity_unavailable' }

export class Refusal extends Problem {
  readonly reason: AuthFailure
  constructor(reason: AuthFailure, detail: string) {
    super(CODES[reason] ?? 'unauthenticated', detail)
    this.reason = reason
  }
}
