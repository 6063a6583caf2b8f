/** The closed list of what Interlock logs: each event's level and meaning. A name that is not here does not compile. */
export const LOG_EVENTS = {
  process_started: { level: 'info', meaning: 'A process is ready for work.' },
  process_stopping: { level: 'info', meaning: 'A process was told to stop and finishes what it has in hand.' },
  process_stopped: { level: 'info', meaning: 'A process has finished and ends.' },
  unsigned_sources: { level: 'warn', meaning: 'Sources are accepted without a signature.' },
  webhook_accepted: { level: 'info', meaning: 'A delivery was stored and its incidents were taken up.' },
  webhook_ignored: { level: 'info', meaning: 'A delivery was understood and is deliberately not an incident.' },
  webhook_rejected: { level: 'warn', meaning: 'A delivery, or one alert of it, was not understood or not allowed.' },
  request_failed: { level: 'error', meaning: 'A request failed for a reason of our own; nothing was acknowledged.' },
  shutdown_forced: { level: 'error', meaning: 'Work in hand was not finished within the drain deadline.' },
  stage_decided: { level: 'info', meaning: 'A stage recorded its decision on an incident.' },
  incident_closed: { level: 'info', meaning: 'A source said that an incident is over, and it was closed.' },
  verdict_voided: {
    level: 'warn',
    meaning: 'A late source contradicts the others: the verdict was withdrawn.',
  },
  stage_failed: { level: 'warn', meaning: 'A stage could not decide; it is tried again.' },
  heartbeat_failed: { level: 'error', meaning: 'A stage took a heartbeat and could not commit it.' },
  dead_lettered: { level: 'error', meaning: 'The pipeline gave up on an incident and recorded that as its verdict.' },
  incident_put_back: {
    level: 'warn',
    meaning: 'An incident in flight was in no queue, and was put back into its own.',
  },
  incident_unreadable: {
    level: 'error',
    meaning: 'An incident in flight cannot go on, and its record cannot be read.',
  },
  audit_chain_broken: { level: 'error', meaning: 'The audit chain of an incident does not hold.' },
  incidents_pruned: { level: 'info', meaning: 'Incidents whose retention is over were removed.' },
  upkeep_failed: { level: 'warn', meaning: 'A round of upkeep did not come to its end; the next one goes on.' },
  review_answered: { level: 'info', meaning: 'Somebody answered a review, or tried to.' },
  review_expired: { level: 'warn', meaning: 'Nobody answered a review in time.' },
  stop_ordered: { level: 'warn', meaning: 'Somebody ordered an emergency stop.' },
  resume_ordered: { level: 'warn', meaning: 'Somebody lifted an emergency stop, and what it held goes on.' },
  incident_held: { level: 'info', meaning: 'An emergency stop holds a decision back; the incident waits.' },
  policy_loaded: { level: 'info', meaning: 'A policy set is in force.' },
  policy_refused: { level: 'error', meaning: 'A changed policy set is invalid; the last good one stays in force.' },
  redis_ready: { level: 'info', meaning: 'Redis answers.' },
  redis_error: { level: 'error', meaning: 'Redis does not answer or refused a command.' },
} as const satisfies Record<string, { level: 'debug' | 'info' | 'warn' | 'error'; meaning: string }>

export type LogEvent = keyof typeof LOG_EVENTS
