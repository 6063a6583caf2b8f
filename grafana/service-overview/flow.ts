/** The first row of the service overview: does what comes in get its verdict, in time? */

import type { Row } from '../frame.ts'
import { above, below, OBJECTIVES } from '../limits.ts'
import { lines, number } from '../panels.ts'
import { quantile, rate, share, total, under, worst } from '../promql.ts'

const WEBHOOKS = 'route="/webhooks/:source"'

/** Of the verdicts of a window, the share that came within the objective. */
const inTime = (window: string): string =>
  share(
    rate('interlock_e2e_duration_seconds_bucket', '', under(OBJECTIVES.verdict.within), window),
    rate('interlock_e2e_duration_seconds_count', '', '', window),
  )

/** How many times faster than allowed the budget goes: at 1 it lasts exactly as long as the objective counts. */
const burn = (window: string): string => `(1 - ${inTime(window)}) / (1 - ${OBJECTIVES.verdict.share})`

export const flow: Row = {
  id: 100,
  title: 'Symptoms: do incidents flow, and in time?',
  panels: [
    number({
      id: 1,
      title: 'Verdicts in time, 30 days',
      description: 'Share of incidents whose verdict came within 30 s of being accepted. The objective is 99 %.',
      unit: 'percentunit',
      span: 5,
      limits: [below(OBJECTIVES.verdict.share)],
      none: 'no traffic',
      queries: [[inTime('30d'), 'in time']],
    }),
    number({
      id: 2,
      title: 'Error budget left, 30 days',
      description:
        'What is left of the 1 % that may be late. Below 0 the objective is missed: no risky change until it is back.',
      unit: 'percentunit',
      span: 5,
      limits: [below(0)],
      none: 'no traffic',
      queries: [[`1 - ${burn('30d')}`, 'left']],
    }),
    number({
      id: 3,
      title: 'Failed attempts',
      description:
        'Share of job attempts that failed in the last 5 minutes. A block is no failure. Causes: Dependency health.',
      unit: 'percentunit',
      span: 4,
      alerts: ['JobFailureRatioHigh'],
      none: 'no traffic',
      queries: [
        [
          share(
            rate('interlock_jobs_processed_total', '', 'outcome="failed"', '5m'),
            rate('interlock_jobs_processed_total', '', '', '5m'),
          ),
          'failed',
        ],
      ],
    }),
    number({
      id: 4,
      title: 'Kill switches in force',
      description:
        'Emergency stops now, by kind of scope, and the jobs they hold. `interlock status` says who ordered them and why.',
      unit: 'short',
      span: 6,
      alerts: ['KillSwitchActive'],
      queries: [
        [worst('interlock_kill_switch_active', 'scope'), '{{scope}}'],
        [worst('interlock_kill_switch_held_jobs'), 'jobs held'],
      ],
    }),
    number({
      id: 5,
      title: 'Version',
      description: 'What runs now. More than one for longer than a deploy takes: a process was left behind.',
      unit: 'short',
      span: 4,
      named: true,
      queries: [
        [
          `count by (version, revision) (${total('interlock_build_info', 'version, revision')})`,
          '{{version}} {{revision}}',
        ],
      ],
    }),
    lines({
      id: 6,
      title: 'Webhooks by outcome',
      description:
        'Alerts received per second, by what became of them. Nothing accepted for long: see the silent sources below.',
      unit: 'reqps',
      span: 8,
      stacked: true,
      runbooks: ['SourceSilent'],
      colours: {
        accepted: 'green',
        duplicate: 'blue',
        attached: 'purple',
        invalid: 'orange',
        unauthorized: 'red',
        shed: 'dark-red',
      },
      queries: [[rate('interlock_webhook_events_total', 'outcome'), '{{outcome}}']],
    }),
    lines({
      id: 7,
      title: 'Webhook latency',
      description: 'From a delivery to its answer. The line is the objective: 99 % durably accepted within 250 ms.',
      unit: 's',
      span: 8,
      limits: [above(OBJECTIVES.accept.within)],
      queries: [
        [quantile(0.99, 'interlock_http_request_duration_seconds', '', WEBHOOKS), 'p99'],
        [quantile(0.5, 'interlock_http_request_duration_seconds', '', WEBHOOKS), 'p50'],
      ],
    }),
    lines({
      id: 8,
      title: 'End-to-end latency',
      description:
        'From accepted to verdict. The line is the objective of 30 s. It sees ended incidents only: look at the oldest waiting job too.',
      unit: 's',
      span: 8,
      limits: [above(OBJECTIVES.verdict.within)],
      queries: [
        [quantile(0.99, 'interlock_e2e_duration_seconds'), 'p99'],
        [quantile(0.95, 'interlock_e2e_duration_seconds'), 'p95'],
        [quantile(0.5, 'interlock_e2e_duration_seconds'), 'p50'],
      ],
    }),
    lines({
      id: 9,
      title: 'Burn rate of the timeliness budget',
      description:
        'How many times faster than allowed the budget goes. Both of a pair above their line raise the alert: 1 h and 5 m page, 1 d and 2 h make a ticket.',
      unit: 'none',
      span: 12,
      alerts: ['TimelinessFastBurn', 'TimelinessSlowBurn'],
      none: 'no traffic',
      queries: (['5m', '1h', '2h', '1d'] as const).map((window) => [burn(window), window] as const),
    }),
    lines({
      id: 10,
      title: 'Stage throughput',
      description:
        'Jobs enqueued (dashed) against jobs processed, per second. A gap that stays is a backlog that grows.',
      unit: 'ops',
      span: 12,
      runbooks: ['EnqueuedNotDequeued', 'BacklogGrowing'],
      dashed: '/ in$/',
      queries: [
        [rate('interlock_jobs_enqueued_total', 'queue'), '{{queue}} in'],
        [rate('interlock_jobs_processed_total', 'queue'), '{{queue}} out'],
      ],
    }),
  ],
}
