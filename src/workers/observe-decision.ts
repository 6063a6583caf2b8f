/** Counts and logs what a stage committed. Runs after the commit: a decision that did not take effect is never counted. */
import type { StageName } from '../shared/contracts/audit-record.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { StageSummary } from './run-stage.ts'

export const observeDecision = (
  stage: StageName,
  next: StageName | null,
  summary: StageSummary,
  latency_ms: number,
  metrics: Metrics,
  log: Log,
): void => {
  const { incident_id, outcome } = summary
  if (summary.outcome === 'held') {
    if (!summary.recorded) return
    metrics.blockers.inc({ stage, code: 'kill_switch_engaged' }, incident_id)
    metrics.auditRecords.inc({ event: 'kill_switch_blocked' })
    log.event('incident_held', { incident_id, stage, scope: summary.scope })
    return
  }
  metrics.jobsProcessed.inc({ queue: stage, outcome: summary.outcome })
  if (summary.outcome === 'skipped') {
    log.event('stage_decided', { incident_id, stage, outcome, reason: summary.reason, latency_ms })
    return
  }
  if (summary.outcome === 'next' && next) metrics.jobsEnqueued.inc({ queue: next })
  for (const event of summary.events) metrics.auditRecords.inc({ event })
  if (summary.score !== null) metrics.readinessScore.observe(summary.score)
  const { verdict } = summary
  for (const { code } of verdict?.blockers ?? []) {
    metrics.blockers.inc({ stage, code }, incident_id)
    if (code === 'readiness_not_passed') metrics.invariantViolations.inc({ invariant: 'dry_run_before_readiness' })
  }
  if (verdict) {
    const seconds = (Date.parse(summary.at) - Date.parse(summary.accepted_at)) / 1000
    metrics.verdicts.inc({ verdict: verdict.verdict })
    metrics.e2eDuration.observe({ outcome: verdict.verdict }, Math.max(0, seconds), incident_id)
  }
  log.event('stage_decided', {
    incident_id,
    stage,
    outcome,
    verdict: verdict?.verdict,
    blockers: verdict?.blockers.map(({ code }) => code),
    latency_ms,
  })
}
