/** The closed list of what Interlock logs: each event's level, fields and meaning. A name that is not here does not compile. */
export const LOG_EVENTS = {
  process_started: {
    level: 'info',
    fields: ['address', 'redis', 'stages', 'probes'],
    meaning: 'A process is ready for work.',
  },
  process_stopping: {
    level: 'info',
    fields: ['signal'],
    meaning: 'A process was told to stop and finishes what it has in hand.',
  },
  process_stopped: { level: 'info', fields: [], meaning: 'A process has finished and ends.' },
  unsigned_sources: { level: 'warn', fields: ['sources'], meaning: 'Sources are accepted without a signature.' },
  secrets_loaded: { level: 'info', fields: ['sources'], meaning: 'The webhook secrets of these sources are in force.' },
  secrets_refused: {
    level: 'error',
    fields: ['error_code', 'err'],
    meaning: 'A changed secrets file is invalid; the last good one stays in force.',
  },
  subscription_confirmed: {
    level: 'info',
    fields: ['request_id', 'source'],
    meaning: 'A listed topic of SNS asked to be confirmed, and was, at SNS itself.',
  },
  webhook_accepted: {
    level: 'info',
    fields: ['incident_id', 'request_id', 'route', 'source', 'outcome', 'status', 'latency_ms'],
    meaning: 'An alert was taken up: it opened an incident, or belongs to one that is known.',
  },
  webhook_ignored: {
    level: 'info',
    fields: ['request_id', 'route', 'source', 'reason', 'status', 'latency_ms'],
    meaning: 'An alert, of the first 20 such of a delivery, was understood and is deliberately no incident.',
  },
  webhook_rejected: {
    level: 'warn',
    fields: ['request_id', 'route', 'source', 'reason', 'status', 'latency_ms', 'error_code'],
    meaning: 'A delivery, or one of its first 20 such alerts, was not understood or not allowed.',
  },
  overloaded: {
    level: 'warn',
    fields: ['reason', 'severities'],
    meaning: 'There is more to do than can be done: deliveries are sent away, and their senders come again.',
  },
  overload_over: { level: 'info', fields: [], meaning: 'Every delivery is taken again.' },
  delivery_quarantined: {
    level: 'warn',
    fields: ['quarantine_id', 'request_id', 'source', 'dropped'],
    meaning: 'A delivery that was not understood, or not all of it, is kept redacted.',
  },
  request_failed: {
    level: 'error',
    fields: ['request_id', 'route', 'status', 'latency_ms', 'error_code', 'err'],
    meaning: 'A request failed for a reason of our own; nothing was acknowledged.',
  },
  shutdown_forced: {
    level: 'error',
    fields: ['deadline_ms'],
    meaning: 'Work in hand was not finished within the drain deadline.',
  },
  stage_decided: {
    level: 'info',
    fields: ['incident_id', 'stage', 'outcome', 'reason', 'verdict', 'blockers', 'latency_ms'],
    meaning: 'A stage recorded its decision on an incident.',
  },
  incident_closed: {
    level: 'info',
    fields: ['incident_id', 'from'],
    meaning: 'A source said that an incident is over, and it was closed.',
  },
  verdict_voided: {
    level: 'warn',
    fields: ['incident_id', 'from', 'verdict', 'blockers'],
    meaning: 'A late source contradicts the others: the verdict was withdrawn.',
  },
  stage_failed: {
    level: 'warn',
    fields: ['incident_id', 'queue', 'error_code', 'err'],
    meaning: 'A stage could not decide; it is tried again.',
  },
  heartbeat_failed: {
    level: 'error',
    fields: ['queue', 'error_code', 'err'],
    meaning: 'A stage took a heartbeat and could not commit it.',
  },
  dead_lettered: {
    level: 'error',
    fields: ['incident_id', 'queue', 'error_code', 'err'],
    meaning: 'The pipeline gave up on an incident and recorded that as its verdict.',
  },
  incident_put_back: {
    level: 'warn',
    fields: ['incident_id', 'queue', 'place'],
    meaning: 'An incident in flight was in no queue, and was put back into its own.',
  },
  incident_unreadable: {
    level: 'error',
    fields: ['incident_id', 'queue', 'place'],
    meaning: 'An incident in flight cannot go on, and its record cannot be read.',
  },
  audit_chain_broken: {
    level: 'error',
    fields: ['incident_id', 'record', 'problem'],
    meaning: 'The audit chain of an incident does not hold.',
  },
  incidents_pruned: { level: 'info', fields: ['count'], meaning: 'Incidents whose retention is over were removed.' },
  quarantine_pruned: { level: 'info', fields: ['count'], meaning: 'Old entries left the quarantine.' },
  upkeep_failed: {
    level: 'warn',
    fields: ['round', 'error_code', 'err'],
    meaning: 'A round of upkeep did not come to its end; the next one goes on.',
  },
  review_answered: {
    level: 'info',
    fields: ['incident_id', 'request_id', 'by', 'via', 'decision', 'outcome', 'error_code'],
    meaning: 'Somebody answered a review, or tried to.',
  },
  review_expired: { level: 'warn', fields: ['incident_id'], meaning: 'Nobody answered a review in time.' },
  stop_ordered: {
    level: 'warn',
    fields: ['request_id', 'scope', 'by', 'via', 'reason', 'changed'],
    meaning: 'Somebody ordered an emergency stop.',
  },
  resume_ordered: {
    level: 'warn',
    fields: ['request_id', 'scope', 'by', 'via', 'reason', 'changed', 'released'],
    meaning: 'Somebody lifted an emergency stop, and what it held goes on.',
  },
  incident_held: {
    level: 'info',
    fields: ['incident_id', 'stage', 'scope'],
    meaning: 'An emergency stop holds a decision back; the incident waits.',
  },
  operators_open: {
    level: 'warn',
    fields: [],
    meaning: 'No login is set up: whoever reaches the API may give every order.',
  },
  operators_loaded: { level: 'info', fields: ['tokens'], meaning: 'The tokens of operators are in force.' },
  operators_refused: {
    level: 'error',
    fields: ['error_code', 'err'],
    meaning: 'A changed file of tokens cannot be used; those before it stay in force.',
  },
  issuer_failed: {
    level: 'error',
    fields: ['error_code', 'err'],
    meaning: 'The issuer of tokens gave no keys; those that are known are used on.',
  },
  operator_refused: {
    level: 'warn',
    fields: ['request_id', 'route', 'status', 'reason', 'by', 'via'],
    meaning: 'Somebody was not let in: no valid login, or a role that is not enough.',
  },
  policy_loaded: { level: 'info', fields: ['policy_digest', 'classes'], meaning: 'A policy set is in force.' },
  policy_refused: {
    level: 'error',
    fields: ['policy_digest', 'error_code', 'err'],
    meaning: 'A changed policy set is invalid; the last good one stays in force.',
  },
  traces_lost: {
    level: 'warn',
    fields: ['error_code', 'err'],
    meaning: 'Traces do not reach their receiver and are dropped; nothing else is affected.',
  },
  redis_ready: { level: 'info', fields: [], meaning: 'Redis answers.' },
  redis_error: {
    level: 'error',
    fields: ['queue', 'request_id', 'route', 'status', 'latency_ms', 'error_code', 'err'],
    meaning: 'Redis does not answer or refused a command.',
  },
} as const satisfies Record<
  string,
  { level: 'debug' | 'info' | 'warn' | 'error'; fields: readonly string[]; meaning: string }
>

export type LogEvent = keyof typeof LOG_EVENTS

/** What every line has, whatever it tells of. */
export const EVERY_LINE = ['time', 'level', 'event', 'service', 'component'] as const

/** Fields that mean the same in every event, so that one query finds them whoever wrote the line. */
interface SharedFields {
  incident_id: string
  request_id: string
  /** Of the API, with its parameters by name: `/webhooks/:source`. */
  route: string
  /** Whole milliseconds. */
  latency_ms: number
  /** Of HTTP. */
  status: number
  /** Of an error its code, or its name where it has none. */
  error_code: string
  /** Written as type, message and stack, and nothing else of what was thrown. */
  err: unknown
}

export type LogFields<Name extends LogEvent> = {
  readonly [Field in (typeof LOG_EVENTS)[Name]['fields'][number]]?:
    | (Field extends keyof SharedFields ? SharedFields[Field] : unknown)
    | undefined
}
