/** The third row of queues and blockers: what blocks, and how long it takes until it is mended. */
import type { Row } from '../frame.ts'
import { lines } from '../panels.ts'
import { only, quantile, worst } from '../promql.ts'

const open = worst('interlock_blockers_open', 'code')

export const blockers: Row = {
  id: 300,
  title: 'Behind it: blockers, and how they are resolved',
  panels: [
    lines({
      id: 21,
      title: 'Blockers detected',
      description: 'In an hour, by code. Three times as many as a day before raise the alert.',
      unit: 'short',
      span: 8,
      runbooks: ['BlockerSurge'],
      queries: [[`sum by (code) (increase(${only('interlock_blockers_total')}[1h])) > 0`, '{{code}}']],
    }),
    lines({
      id: 22,
      title: 'Detected against resolved',
      description: 'In an hour, all codes. What is detected and not resolved stays with somebody.',
      unit: 'short',
      span: 8,
      dashed: '/^resolved$/',
      queries: [
        [`sum(increase(${only('interlock_blockers_total')}[1h]))`, 'detected'],
        [`sum(increase(${only('interlock_blocker_resolution_duration_seconds_count')}[1h]))`, 'resolved'],
      ],
    }),
    lines({
      id: 23,
      title: 'Time to resolve',
      description: 'From an incident blocked to the blocker gone from it.',
      unit: 's',
      span: 8,
      none: 'none resolved',
      queries: [
        [quantile(0.9, 'interlock_blocker_resolution_duration_seconds'), 'p90'],
        [quantile(0.5, 'interlock_blocker_resolution_duration_seconds'), 'median'],
      ],
    }),
    lines({
      id: 24,
      title: 'Open over time',
      description: 'Incidents that a blocker holds, by code.',
      unit: 'short',
      span: 8,
      stacked: true,
      none: 'none',
      queries: [[`${open} > 0`, '{{code}}']],
    }),
    lines({
      id: 25,
      title: 'Oldest open, by code',
      description: 'Since when the first incident is held.',
      unit: 's',
      span: 8,
      none: 'none',
      queries: [[`${worst('interlock_blocker_oldest_open_age_seconds', 'code')} > 0`, '{{code}}']],
    }),
    lines({
      id: 26,
      title: 'Incidents that wait for a person',
      description: 'Reviews nobody has answered yet. They expire: see the longest wait above.',
      unit: 'short',
      span: 8,
      runbooks: ['AwaitingReviewTooLong'],
      queries: [[worst('interlock_reviews_waiting'), 'waiting']],
    }),
  ],
}
