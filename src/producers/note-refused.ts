/** Counts a delivery that was not taken, by what was wrong with it. */
import type { SourceName } from '../shared/contracts/alert.ts'
import { Problem } from '../shared/problem.ts'
import { SHED, UNAUTHORIZED } from '../shared/telemetry/metrics/incident-metrics.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { Unauthorized } from './door/unauthorized.ts'
import { shedReason } from './shed-reason.ts'

/** Nothing was wrong with what is shed: the sender comes again. */
export const noteRefused = (error: unknown, source: SourceName, metrics: Metrics): void => {
  const reason = shedReason(error)
  if (reason) metrics.loadShed.inc({ reason: SHED[reason] })
  if (error instanceof Unauthorized) metrics.webhookUnauthorized.inc({ reason: UNAUTHORIZED[error.reason] })
  if (error instanceof Unauthorized) metrics.webhookEvents.inc({ source, outcome: 'unauthorized' })
  else if (reason) metrics.webhookEvents.inc({ source, outcome: 'shed' })
  else if (error instanceof Problem) metrics.webhookEvents.inc({ source, outcome: 'invalid' })
}
