/** Scenarios in which every guard holds: what comes from several sources is one incident, and what a person must see. */
import {
  ALERT,
  alertmanager,
  azure,
  datadog,
  grafana,
  grafanaCourse,
  grafanaLegacy,
  opsgenie,
  page,
  pageCourse,
  SERVICE,
} from './deliveries.ts'
import type { Scenario } from './scenario.ts'

const BOOKING = { rename: { [SERVICE]: 'booking-api' } }
const BILLING = { rename: { [SERVICE]: 'billing-api' } }
const SEARCH = { rename: { [SERVICE]: 'search-api' } }
const NOTIFY = { rename: { [SERVICE]: 'notify-api' } }
const AZURE_CPU = { rename: { [ALERT]: 'high_cpu_usage', [SERVICE]: 'archive-api' } }
const CPU = { rename: { [ALERT]: 'high_cpu_usage', memory_percent: 'cpu_percent' } }
const RELEASE = {
  rename: { [ALERT]: 'high_error_rate', memory_percent: 'error_percent', [SERVICE]: 'release-api' },
}

export const PASSED: readonly Scenario[] = [
  {
    title: 'A page first, then the alert behind it: one incident, two sources, and a person confirms the first run',
    deliveries: [page(['accepted'], BOOKING), grafana(['attached'], BOOKING)],
    ends: [{ verdict: 'awaiting_review', sources: ['grafana', 'pagerduty'] }],
  },
  {
    title: 'The alert first and its page after the verdict: attached, and nothing runs twice',
    deliveries: [grafana(['accepted'], BILLING), page(['attached'], { ...BILLING, afterVerdict: true })],
    ends: [{ verdict: 'awaiting_review', sources: ['grafana', 'pagerduty'] }],
  },
  {
    title: 'Two sources that name the incident themselves (the course format)',
    deliveries: [grafanaCourse(['accepted']), pageCourse(['attached'])],
    ends: [{ verdict: 'awaiting_review', sources: ['grafana', 'pagerduty'] }],
  },
  {
    title: 'Alertmanager and Grafana measure the same target: one incident',
    deliveries: [alertmanager(['accepted'], SEARCH), grafana(['attached'], SEARCH)],
    ends: [{ verdict: 'awaiting_review', sources: ['grafana', 'alertmanager'] }],
  },
  {
    title: 'Opsgenie pages for what Datadog measures: one incident, by the target that both name',
    deliveries: [opsgenie(['accepted'], NOTIFY), datadog(['attached'], NOTIFY)],
    ends: [{ verdict: 'awaiting_review', sources: ['datadog', 'opsgenie'] }],
  },
  {
    title: 'Azure Monitor, with the common alert schema: the plan is ready',
    deliveries: [azure(['accepted'], AZURE_CPU)],
    ends: [{ verdict: 'dry_run_passed' }],
  },
  {
    title: 'Grafana before version 11 (legacy alerting)',
    deliveries: [grafanaLegacy(['accepted'])],
    ends: [{ verdict: 'awaiting_review' }],
  },
  {
    title: 'High CPU on a stateless service with quota left: the plan is ready',
    deliveries: [grafana(['accepted'], CPU)],
    ends: [{ verdict: 'dry_run_passed' }],
  },
  {
    title: 'Errors after a release, and the last good one is known: the plan rolls it back',
    deliveries: [grafana(['accepted'], RELEASE)],
    ends: [{ verdict: 'dry_run_passed' }],
  },
  {
    title: 'A score just short of the threshold, nothing else wrong: on-call goes on step by step',
    deliveries: [grafana(['accepted'], { rename: { [ALERT]: 'semi_manual' } })],
    ends: [{ verdict: 'semi_manual', blockers: ['score_below_threshold'] }],
  },
]
