/** Metrics of the three queues and of the workers on them. */
import { StageName } from '../../contracts/audit-record.ts'
import type { Declare } from './declare-metrics.ts'

const queue = StageName.options

/** What an emergency stop holds is among the delayed ones. */
const QUEUE_STATES = ['waiting', 'active', 'delayed', 'failed'] as const

/** Why an attempt failed: what Redis did, a worker that vanished with it, what no retry can mend, and all else. */
export const FAILURE_REASONS = ['redis', 'crashed', 'unrecoverable', 'error'] as const

const RECONCILED = ['put_back', 'dead_lettered', 'unreadable'] as const

export const queueMetrics = ({ counter, histogram, gauge, followingGauge, ...ofIncidents }: Declare) => ({
  jobsEnqueued: counter('jobs_enqueued_total', 'Jobs added to a queue.', { queue }),
  jobsProcessed: counter('jobs_processed_total', 'Jobs a stage has finished.', {
    queue,
    outcome: ['next', 'stop', 'skipped', 'failed'],
  }),
  jobDuration: ofIncidents.histogramOfIncidents('job_duration_seconds', 'Service time of a job.', { queue }),
  jobWait: histogram('job_wait_seconds', 'From runnable to start, first attempt only.', { queue }),
  jobRetries: counter('job_retries_total', 'Attempts that failed and are tried again.', {
    queue,
    reason: FAILURE_REASONS,
  }),
  jobsDeadLettered: ofIncidents.counterOfIncidents('jobs_dead_lettered_total', 'Jobs given up on.', {
    queue,
    reason: FAILURE_REASONS,
  }),
  jobsStalled: counter('jobs_stalled_total', 'Jobs whose worker vanished and which another took up.', { queue }),
  lockRenewalFailures: counter('lock_renewal_failures_total', 'Jobs whose worker could not renew its lock on them.', {
    queue,
  }),
  queueJobs: gauge('queue_jobs', 'Jobs in a queue, by state.', { queue, state: QUEUE_STATES }),
  queueOldestWaitingAge: gauge(
    'queue_oldest_waiting_age_seconds',
    'How long the first job in line could have run; 0 for none.',
    { queue },
  ),
  queueOldestActiveAge: gauge('queue_oldest_active_age_seconds', 'How long a job is being worked on; 0 for none.', {
    queue,
  }),
  queuePaused: gauge('queue_paused', '1 while a queue hands out no jobs.', { queue }),
  queueSampled: gauge('queue_sample_timestamp_seconds', 'When the gauges of a queue were last read.', { queue }),
  deadLetterJobs: gauge('dead_letter_jobs', 'Failed jobs that wait for a redrive.', { queue }),
  workerActiveJobs: followingGauge('worker_active_jobs', 'Jobs this process works on now.', { queue }),
  workerConcurrency: gauge('worker_concurrency', 'Jobs this process works on at once.', { queue }),
  reconciled: counter('reconciled_total', 'Incidents in flight found in no queue, by what was done.', {
    outcome: RECONCILED,
  }),
  heartbeat: gauge('heartbeat_timestamp_seconds', 'When a synthetic incident last came through a stage.', {
    stage: queue,
  }),
})
