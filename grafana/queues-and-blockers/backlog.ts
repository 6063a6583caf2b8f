/** The first row of queues and blockers: what waits, since when, and what holds it. */
import type { Row } from '../frame.ts'
import { heatMap, lines, number, table } from '../panels.ts'
import { only, rate, worst } from '../promql.ts'

export const backlog: Row = {
  id: 100,
  title: 'Symptoms: what waits, since when, and what holds it?',
  panels: [
    number({
      id: 1,
      title: 'Oldest waiting job',
      description: 'How long the first job in line could have run already. It still speaks when nothing ends any more.',
      unit: 's',
      span: 9,
      alerts: ['QueueStalled'],
      queries: [[worst('interlock_queue_oldest_waiting_age_seconds', 'queue'), '{{queue}}']],
    }),
    number({
      id: 2,
      title: 'Dead-lettered jobs',
      description: 'Failed for good and waiting for `interlock redrive`. Each has its verdict.',
      unit: 'short',
      span: 9,
      runbooks: ['DeadLetterGrowing'],
      queries: [[worst('interlock_dead_letter_jobs', 'queue'), '{{queue}}']],
    }),
    number({
      id: 3,
      title: 'Longest wait for a person',
      description: 'Of the incidents that await a review. `interlock review list` shows them; unanswered ones expire.',
      unit: 's',
      span: 6,
      alerts: ['AwaitingReviewTooLong'],
      queries: [[worst('interlock_review_oldest_waiting_age_seconds'), 'waits']],
    }),
    lines({
      id: 4,
      title: 'Oldest waiting job over time',
      description:
        'The saturation signal. A straight climb: nobody takes jobs up. A slow one: more comes in than goes out.',
      unit: 's',
      span: 12,
      alerts: ['QueueStalled'],
      runbooks: ['BacklogGrowing'],
      queries: [[worst('interlock_queue_oldest_waiting_age_seconds', 'queue'), '{{queue}}']],
    }),
    table({
      id: 5,
      title: 'Blockers that hold incidents now',
      description:
        'Each blocker with how many incidents it holds and since when the first. The code leads to the blocked incidents.',
      unit: 'short',
      span: 12,
      runbooks: ['BlockerSurge'],
      by: 'code',
      link: { title: 'Blocked incidents', url: '$api/incidents?status=blocked' },
      columns: [
        { name: 'Incidents', expr: `${worst('interlock_blockers_open', 'code')} > 0`, unit: 'short' },
        {
          name: 'Oldest',
          expr: `${worst('interlock_blocker_oldest_open_age_seconds', 'code')} and ${worst('interlock_blockers_open', 'code')} > 0`,
          unit: 's',
        },
      ],
    }),
    heatMap({
      id: 6,
      title: 'Wait from runnable to start',
      description:
        'Jobs by how long they waited, first attempts only. It sees finished waits: when it fades, look at the oldest job.',
      unit: 's',
      span: 8,
      runbooks: ['QueueStalled'],
      queries: [[`sum by (le) (increase(${only('interlock_job_wait_seconds_bucket')}[$__rate_interval]))`, '{{le}}']],
    }),
    lines({
      id: 7,
      title: 'In against out',
      description: 'Jobs enqueued (dashed) and processed, per second.',
      unit: 'ops',
      span: 8,
      runbooks: ['EnqueuedNotDequeued'],
      dashed: '/ in$/',
      queries: [
        [rate('interlock_jobs_enqueued_total', 'queue'), '{{queue}} in'],
        [rate('interlock_jobs_processed_total', 'queue'), '{{queue}} out'],
      ],
    }),
    lines({
      id: 8,
      title: 'Failed attempts',
      description: 'Attempts per second that are tried again, and jobs given up on, by reason.',
      unit: 'ops',
      none: 'none',
      span: 8,
      runbooks: ['JobFailureRatioHigh', 'DeadLetterGrowing'],
      queries: [
        [`${rate('interlock_job_retries_total', 'reason')} > 0`, 'retried: {{reason}}'],
        [`${rate('interlock_jobs_dead_lettered_total', 'reason')} > 0`, 'given up: {{reason}}'],
      ],
    }),
  ],
}
