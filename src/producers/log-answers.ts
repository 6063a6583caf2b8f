/** Logs what came of a delivery, alert by alert, so that a line is about one incident at most and is found by its id. */
import type { AlertAnswer } from '../shared/contracts/webhook-answer.ts'
import type { Problem } from '../shared/problem.ts'
import { findSource } from '../shared/sources/index.ts'
import type { Log } from '../shared/telemetry/log.ts'

interface Answered {
  request_id: string
  route: string | undefined
  status: number
  latency_ms: number
}

export const logAnswers = (
  answers: readonly AlertAnswer[],
  answered: Answered & { source: string },
  log: Log,
): void => {
  for (const { incident_id, outcome, reason } of answers)
    if (incident_id) log.event('webhook_accepted', { incident_id, ...answered, outcome })
    else log.event(outcome === 'ignored' ? 'webhook_ignored' : 'webhook_rejected', { ...answered, reason })
}

/**
 * A delivery that was refused as a whole. An address that is not one of ours is not repeated: a stranger wrote it, and
 * some senders have a secret in it.
 */
export const logRefusal = ({ code, message }: Problem, params: unknown, answered: Answered, log: Log): void => {
  const source = findSource((params as { source: string }).source)?.name
  const reason = source && message
  log.event('webhook_rejected', { ...answered, source, reason, error_code: code })
}
