/** Logs what came of a delivery, alert by alert, so that a line is about one incident at most and is found by its id. */
import type { PolicySet } from '../shared/contracts/policy.ts'
import type { AlertAnswer } from '../shared/contracts/webhook-answer.ts'
import type { Problem } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import { boundedReasons } from './bounded-reasons.ts'
import { addressOf } from './door/verify-delivery.ts'
import { sourceAt } from './source-at.ts'

interface Answered {
  request_id: string
  route: string | undefined
  status: number
  latency_ms: number
}

const NOT_TAKEN = [
  ['ignored', 'webhook_ignored'],
  ['rejected', 'webhook_rejected'],
] as const

/** Of what was not taken, a line for each of the first only: a small delivery can hold a great many. */
export const logAnswers = (
  answers: readonly AlertAnswer[],
  answered: Answered & { source: string },
  log: Log,
): void => {
  for (const { incident_id, outcome } of answers)
    if (incident_id) log.event('webhook_accepted', { incident_id, ...answered, outcome })
  for (const [outcome, event] of NOT_TAKEN) {
    const reasons = answers.flatMap((answer) => (answer.outcome === outcome ? (answer.reason ?? '') : []))
    for (const reason of boundedReasons(reasons)) log.event(event, { ...answered, reason })
  }
}

const knownAddress = (address: string, policies: PolicySet): string | undefined => {
  try {
    return addressOf(sourceAt(address, policies))
  } catch {
    return undefined
  }
}

/**
 * A delivery that was refused as a whole. An address that is not one of ours is not repeated: a stranger wrote it, and
 * some senders have a secret in it.
 */
export const logRefusal = (
  { code, message }: Problem,
  params: unknown,
  policies: PolicySet,
  answered: Answered,
  log: Log,
): void => {
  const source = knownAddress((params as { source: string }).source, policies)
  const reason = source && message
  log.event('webhook_rejected', { ...answered, source, reason, error_code: code })
}
