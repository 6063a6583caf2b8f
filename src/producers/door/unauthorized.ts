/** A delivery that does not prove who sent it: answered 401, and counted by why. */
import { Problem } from '../../shared/problem.ts'
import type { UnauthorizedReason } from '../../shared/telemetry/metrics/incident-metrics.ts'

export class Unauthorized extends Problem {
  readonly reason: UnauthorizedReason
  /** `detail` says what to correct, without a word of what was presented. */
  constructor(reason: UnauthorizedReason, detail: string) {
    super(reason === 'address' || reason === 'closed' ? 'sender_refused' : 'signature_invalid', detail)
    this.reason = reason
  }
}
