/** The second row of the service overview: what failed, what was decided, and whether the promises hold. */
import type { Row } from '../frame.ts'
import { below, OBJECTIVES } from '../limits.ts'
import { lines, number } from '../panels.ts'
import { only, rate, share, since, worst } from '../promql.ts'

const WEBHOOKS = 'route="/webhooks/:source"'

/** Of the deliveries of five minutes, the share that was not answered 5xx. No such answer yet is none at all. */
const available = `1 - ${share(
  `(${rate('interlock_http_request_duration_seconds_count', '', `${WEBHOOKS}, code=~"5.."`, '5m')} or vector(0))`,
  rate('interlock_http_request_duration_seconds_count', '', WEBHOOKS, '5m'),
)}`

export const causes: Row = {
  id: 200,
  title: 'Behind it: failures, verdicts, promises',
  panels: [
    lines({
      id: 11,
      title: 'Failure ratio by stage',
      description:
        'Share of attempts that failed in 10 minutes. They are tried again; those that fail for good are dead-lettered.',
      unit: 'percentunit',
      span: 8,
      alerts: ['JobFailureRatioHigh'],
      none: 'no traffic',
      queries: [
        [
          share(
            rate('interlock_jobs_processed_total', 'queue', 'outcome="failed"', '10m'),
            rate('interlock_jobs_processed_total', 'queue', '', '10m'),
          ),
          '{{queue}}',
        ],
      ],
    }),
    lines({
      id: 12,
      title: 'Verdicts',
      description:
        'Incidents ended per second, by verdict. More blocked than usual: see which blocker on Queues and blockers.',
      unit: 'ops',
      span: 8,
      stacked: true,
      runbooks: ['BlockerSurge'],
      colours: {
        dry_run_passed: 'green',
        awaiting_review: 'blue',
        semi_manual: 'purple',
        blocked: 'orange',
        closed: 'super-light-blue',
        rejected: 'yellow',
        expired: 'dark-yellow',
        dead_lettered: 'red',
      },
      queries: [[rate('interlock_verdicts_total', 'verdict'), '{{verdict}}']],
    }),
    lines({
      id: 13,
      title: 'Webhook availability',
      description: 'Share of deliveries not answered 5xx, over 5 minutes. The line is the objective of 99.9 %.',
      unit: 'percentunit',
      span: 8,
      from: 0.99,
      limits: [below(OBJECTIVES.available.share)],
      runbooks: ['WebhookAvailabilityBurn'],
      none: 'no traffic',
      queries: [[available, 'available']],
    }),
    lines({
      id: 14,
      title: 'Heartbeat age',
      description:
        'Since the synthetic incident last came through a stage; it is sent every 30 s, also when nothing real comes in.',
      unit: 's',
      span: 8,
      alerts: ['HeartbeatStale'],
      queries: [[since('interlock_heartbeat_timestamp_seconds', 'stage'), '{{stage}}']],
    }),
    lines({
      id: 15,
      title: 'Silence of a source',
      description: 'Since a source last brought something new. The alert asks too whether it used to talk.',
      unit: 's',
      span: 8,
      alerts: ['SourceSilent'],
      queries: [[since('interlock_webhook_last_accepted_timestamp_seconds', 'source'), '{{source}}']],
    }),
    lines({
      id: 16,
      title: 'Readiness scores',
      description:
        'Median and lowest tenth of the readiness totals, of 25. A drop is a change of policy or of what is known.',
      unit: 'none',
      span: 8,
      queries: [
        [`histogram_quantile(0.5, ${rate('interlock_readiness_score_bucket', 'le')})`, 'median'],
        [`histogram_quantile(0.1, ${rate('interlock_readiness_score_bucket', 'le')})`, 'lowest tenth'],
      ],
    }),
    number({
      id: 17,
      title: 'Promises broken, last hour',
      description:
        'What must never happen, such as a dry-run before readiness passed. Anything above 0: stop everything and look.',
      unit: 'short',
      span: 5,
      alerts: ['InvariantViolated'],
      queries: [[`sum(increase(${only('interlock_invariant_violations_total')}[1h]))`, 'violations']],
    }),
    number({
      id: 18,
      title: 'Alerts unaccounted for',
      description:
        'Accepted alerts less those with a verdict, in flight, or counted as duplicate or attached. Must be 0.',
      unit: 'short',
      span: 5,
      alerts: ['AccountingImbalance'],
      queries: [[`max(abs(${only('interlock_accounting_imbalance')}))`, 'imbalance']],
    }),
    number({
      id: 19,
      title: 'Broken audit chains',
      description:
        'Traces that do not verify. Anything above 0: keep the evidence, `interlock audit verify` names them.',
      unit: 'short',
      span: 5,
      alerts: ['AuditChainBroken'],
      queries: [[worst('interlock_audit_chain_broken'), 'broken']],
    }),
    number({
      id: 21,
      title: 'Chains last verified',
      description: 'Since the last look at all audit chains came to its end.',
      unit: 's',
      span: 5,
      runbooks: ['AuditChainBroken'],
      queries: [[since('interlock_audit_chain_verified_timestamp_seconds'), 'ago']],
    }),
    number({
      id: 20,
      title: 'Processes that answer',
      description: 'Processes whose metrics are scraped. Without them every other panel is blind.',
      unit: 'short',
      span: 4,
      runbooks: ['MetricsAbsent'],
      queries: [[`count by (job) (${only('interlock_build_info')})`, '{{job}}']],
    }),
    lines({
      id: 22,
      title: 'Audit records',
      description: 'Written per second, by event: what the pipeline does, step by step.',
      unit: 'ops',
      span: 12,
      none: 'none',
      queries: [[`${rate('interlock_audit_records_total', 'event')} > 0`, '{{event}}']],
    }),
    lines({
      id: 23,
      title: 'Incidents that had got lost',
      description: 'Found in no queue in the last hour, by what was done. Anything here is a defect, made good.',
      unit: 'short',
      span: 12,
      queries: [[`sum by (outcome) (increase(${only('interlock_reconciled_total')}[1h]))`, '{{outcome}}']],
    }),
  ],
}
