/** Scenarios that end in a block: every blocker that webhooks and policies alone can bring about. */
import type { BlockerCode } from '../../shared/contracts/blocker.ts'
import { ALERT, COURSE_ID, grafana, grafanaBlind, grafanaCourse, pageCourse, SERVICE } from './deliveries.ts'
import type { Renames } from './rename-in-payload.ts'
import type { Scenario } from './scenario.ts'

const blocked = (title: string, rename: Renames, ...blockers: BlockerCode[]): Scenario => ({
  title,
  deliveries: [grafana(['accepted'], { rename })],
  ends: [{ verdict: 'blocked', blockers }],
})

/** `alert` names one of the classes in `fixtures/demo/policies` that are called after what is wrong with them. */
const brokenPolicy = (title: string, alert: string, ...blockers: BlockerCode[]): Scenario =>
  blocked(title, { [ALERT]: alert }, ...blockers)

const CPU = { [ALERT]: 'high_cpu_usage', memory_percent: 'cpu_percent' }

/** Another incident of the course format, on a service of its own: one target at one time is one incident. */
const CONFLICTED = { [COURSE_ID]: 'HM-2026-05-17-02', [SERVICE]: 'stock-api' }

export const BLOCKED: readonly Scenario[] = [
  {
    title: 'Monitoring itself is blind (a data source fails): nobody has written a policy for that',
    deliveries: [grafanaBlind(['accepted'])],
    ends: [{ verdict: 'blocked', blockers: ['policy_missing'] }],
  },
  brokenPolicy('A card with a score of 6', 'policy_invalid', 'policy_invalid'),
  brokenPolicy('Many small gaps: 18 of 25', 'score_below_threshold', 'score_below_threshold'),
  brokenPolicy('A category nobody scored', 'axis_missing', 'axis_missing', 'score_below_threshold'),
  brokenPolicy('No safety gate at all', 'security_zero', 'score_below_threshold', 'security_zero', 'rollback_missing'),
  brokenPolicy('Nothing would show success', 'verification_failed', 'score_below_threshold', 'verification_failed'),
  brokenPolicy('25 of 25, and no way back', 'rollback_missing', 'rollback_missing'),
  brokenPolicy('25 of 25, and nobody knows how far it reaches', 'blast_radius_undefined', 'blast_radius_undefined'),
  blocked('A database without a verified backup', { [SERVICE]: 'orders-db' }, 'stateful_without_backup'),
  {
    title: 'The page and the alert name different services',
    deliveries: [
      pageCourse(['accepted'], { rename: { ...CONFLICTED, [SERVICE]: 'warehouse-api' } }),
      grafanaCourse(['attached'], { rename: CONFLICTED }),
    ],
    ends: [{ verdict: 'blocked', blockers: ['source_conflict'], sources: ['grafana', 'pagerduty'] }],
  },
  brokenPolicy('Two sources asked for, one seen within the second', 'corroboration_missing', 'corroboration_missing'),
  blocked('A service the catalogue does not know', { [SERVICE]: 'unlisted-api' }, 'fact_unknown'),
  {
    title: 'The same again ten minutes later: the first fix did not help, so a person looks',
    deliveries: [
      grafana(['accepted'], { rename: { [ALERT]: 'repeat_incident' } }),
      grafana(['accepted'], { rename: { [ALERT]: 'repeat_incident', 'T11:42:00Z': 'T11:52:00Z' }, afterVerdict: true }),
    ],
    ends: [{ verdict: 'dry_run_passed' }, { verdict: 'blocked', blockers: ['repeat_incident'] }],
  },
  blocked('A service in a change freeze', { [SERVICE]: 'payroll-api' }, 'change_freeze'),
  blocked('Scale up with no quota left', { ...CPU, [SERVICE]: 'reports-api' }, 'precondition_not_met'),
  blocked('Scale up with a quota nobody stated', { ...CPU, [SERVICE]: 'mail-api' }, 'fact_unknown'),
  blocked('Roll back to a revision nobody declared good', { [ALERT]: 'high_error_rate' }, 'fact_unknown'),
  brokenPolicy('An action the specification does not list', 'action_not_pre_approved', 'action_not_pre_approved'),
  brokenPolicy('A specification that lists nothing', 'spec_has_no_actions', 'spec_has_no_actions'),
  brokenPolicy('An action that is approved and does not exist', 'action_unknown', 'action_unknown'),
  brokenPolicy('A plan that reaches wider than the card allows', 'radius_exceeded', 'radius_exceeded'),
]
