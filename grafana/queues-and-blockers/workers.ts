/** The second row of queues and blockers: the queues and their workers. */
import type { Row } from '../frame.ts'
import { lines, number } from '../panels.ts'
import { only, quantile, rate, share, since, total, worst } from '../promql.ts'

export const workers: Row = {
  id: 200,
  title: 'Behind it: queues and their workers',
  panels: [
    lines({
      id: 11,
      title: 'Depth by state',
      description: 'Jobs in all queues, by state. What an emergency stop holds is delayed.',
      unit: 'short',
      span: 8,
      stacked: true,
      colours: { waiting: 'orange', active: 'green', delayed: 'blue', prioritized: 'purple', failed: 'red' },
      queries: [[`sum by (state) (${worst('interlock_queue_jobs', 'queue, state')})`, '{{state}}']],
    }),
    lines({
      id: 12,
      title: 'Utilisation',
      description: 'Jobs in hand of those that could be. Near 100 % with a backlog: start more workers of that stage.',
      unit: 'percentunit',
      span: 8,
      queries: [
        [
          share(total('interlock_worker_active_jobs', 'queue'), total('interlock_worker_concurrency', 'queue')),
          '{{queue}}',
        ],
      ],
    }),
    lines({
      id: 13,
      title: 'Service time, p99',
      description:
        'Of a job, without its wait. It rises with Redis or a system that is asked for facts: see Dependency health.',
      unit: 's',
      span: 8,
      queries: [[quantile(0.99, 'interlock_job_duration_seconds', 'queue'), '{{queue}}']],
    }),
    lines({
      id: 14,
      title: 'Oldest job in hand',
      description: 'How long a job is being worked on. Seconds are long already: a stage that hangs shows here.',
      unit: 's',
      span: 8,
      queries: [[worst('interlock_queue_oldest_active_age_seconds', 'queue'), '{{queue}}']],
    }),
    lines({
      id: 15,
      title: 'Jobs that lost their worker',
      description:
        'In 15 minutes: jobs taken up again after their worker vanished, and locks that could not be renewed in time.',
      unit: 'short',
      span: 8,
      alerts: ['StalledJobs'],
      queries: [
        [`sum by (queue) (increase(${only('interlock_jobs_stalled_total')}[15m]))`, '{{queue}} stalled'],
        [`sum by (queue) (increase(${only('interlock_lock_renewal_failures_total')}[15m]))`, '{{queue}} lock lost'],
      ],
    }),
    number({
      id: 16,
      title: 'Paused queues',
      tall: true,
      description: 'Queues that hand out no jobs. Somebody paused them; Interlock itself never does.',
      unit: 'short',
      span: 4,
      queries: [[`sum(${worst('interlock_queue_paused', 'queue')})`, 'paused']],
    }),
    number({
      id: 17,
      title: 'Last look at the queues',
      tall: true,
      description:
        'Since the gauges of a queue were last read. When it is old, all panels on depth and age are silent.',
      unit: 's',
      span: 4,
      alerts: ['QueueSamplerStale'],
      queries: [[`max(${since('interlock_queue_sample_timestamp_seconds', 'queue')})`, 'ago']],
    }),
    lines({
      id: 18,
      title: 'Dead letters by reason',
      description:
        'Jobs given up on in 15 minutes, by queue and reason. `interlock redrive` takes them up again once the cause is gone.',
      unit: 'short',
      span: 12,
      stacked: true,
      none: 'none',
      runbooks: ['DeadLetterGrowing'],
      queries: [
        [
          `sum by (queue, reason) (increase(${only('interlock_jobs_dead_lettered_total')}[15m])) > 0`,
          '{{queue}} {{reason}}',
        ],
      ],
    }),
    lines({
      id: 19,
      title: 'Deliveries shed',
      description: 'Refused per second with 429 or 503, so that the sender comes again, by reason.',
      unit: 'reqps',
      span: 12,
      stacked: true,
      queries: [[rate('interlock_load_shed_total', 'reason'), '{{reason}}']],
    }),
  ],
}
