/** Metrics of what becomes of alerts and incidents: from the webhook to the verdict. */
import { SourceName } from '../../contracts/alert.ts'
import { AuditEvent } from '../../contracts/audit-record.ts'
import { BlockerCode } from '../../contracts/blocker.ts'
import { Verdict, VerdictName } from '../../contracts/incident.ts'
import { SCOPE_KINDS } from '../../contracts/stop.ts'
import type { Declare } from './declare-metrics.ts'
import { labelsOf } from './labels-of.ts'

const source = SourceName.options
const code = BlockerCode.options
/** Those of verdicts: what an emergency stop holds back has none, and is `kill_switch_held_jobs`. */
const held = code.filter((one) => one !== 'kill_switch_engaged')

const WEBHOOK_OUTCOMES = [
  'accepted',
  'duplicate',
  'attached',
  'closed',
  'ignored',
  'rejected',
  'invalid',
  'unauthorized',
  'shed',
] as const

/** Why a delivery was sent away, and what that is counted as: what is mended alike is one, so that they stay under ten. */
export const SHED = {
  redis_unavailable: 'redis_unavailable',
  incident_contended: 'incident_contended',
  shutting_down: 'shutting_down',
  sns_unavailable: 'proof_unavailable',
  issuer_unavailable: 'proof_unavailable',
  rate_limited: 'rate_limited',
  queue_age: 'queue_age',
  queue_depth: 'queue_depth',
  event_loop: 'event_loop',
  crowd: 'crowd',
  pipelined: 'crowd',
} as const
export type ShedReason = keyof typeof SHED

/** Why a delivery proved nothing of its sender, or its sender was not wanted, and what that is counted as. */
export const UNAUTHORIZED = {
  missing: 'missing',
  mismatch: 'mismatch',
  malformed: 'malformed',
  stale: 'stale',
  certificate: 'certificate',
  topic: 'topic',
  algorithm: 'token',
  issuer: 'token',
  audience: 'token',
  app: 'token',
  no_secret: 'closed',
  address: 'address',
  closed: 'closed',
} as const
export type UnauthorizedReason = keyof typeof UNAUTHORIZED

/** From a minute to a week. */
const WAITS = [60, 300, 900, 1800, 3600, 14_400, 43_200, 86_400, 259_200, 604_800]

/** One bucket a point around the thresholds of the profiles. */
const POINTS = [5, 10, 15, 18, 19, 20, 21, 22, 23, 24, 25]

export const incidentMetrics = ({ counter, histogram, gauge, ...ofIncidents }: Declare) => ({
  webhookEvents: counter('webhook_events_total', 'Alerts received, by what became of them.', {
    source,
    outcome: WEBHOOK_OUTCOMES,
  }),
  webhookLastAccepted: gauge('webhook_last_accepted_timestamp_seconds', 'When a source last brought something new.', {
    source,
  }),
  loadShed: counter('load_shed_total', 'Deliveries refused so that the sender comes again.', {
    reason: labelsOf(SHED),
  }),
  quarantined: counter('quarantined_total', 'Deliveries kept because not all of them was understood.', { source }),
  quarantineDropped: counter('quarantine_dropped_total', 'Entries that left the quarantine, by why.', {
    reason: ['full', 'expired'],
  }),
  quarantineEntries: gauge('quarantine_entries', 'Deliveries in quarantine.', {}),
  webhookUnauthorized: counter('webhook_unauthorized_total', 'Deliveries that did not prove their sender, by why.', {
    reason: labelsOf(UNAUTHORIZED),
  }),
  e2eDuration: ofIncidents.histogramOfIncidents('e2e_duration_seconds', 'From accepted to verdict.', {
    outcome: VerdictName.options,
  }),
  verdicts: counter('verdicts_total', 'Incidents ended, by verdict.', { verdict: VerdictName.options }),
  blockers: ofIncidents.counterOfIncidents('blockers_total', 'Blockers that held an incident.', {
    stage: Verdict.shape.stage.options,
    code,
  }),
  blockersOpen: gauge('blockers_open', 'Incidents that a blocker holds now.', { code: held }),
  blockerOldestOpenAge: gauge('blocker_oldest_open_age_seconds', 'Since when the first of them is held; 0 for none.', {
    code: held,
  }),
  blockerResolution: histogram(
    'blocker_resolution_duration_seconds',
    'From an incident blocked to the blocker gone from it.',
    { code: held },
    WAITS,
  ),
  readinessScore: histogram('readiness_score', 'Readiness totals, 0 to 25.', {}, POINTS),
  reviewsWaiting: gauge('reviews_waiting', 'Incidents that wait for a person.', {}),
  reviewOldestWaitingAge: gauge(
    'review_oldest_waiting_age_seconds',
    'How long the first of them waits; 0 for none.',
    {},
  ),
  killSwitchActive: gauge('kill_switch_active', 'Emergency stops in force, by kind of scope.', { scope: SCOPE_KINDS }),
  killSwitchHeld: gauge('kill_switch_held_jobs', 'Jobs that emergency stops hold back.', {}),
  auditRecords: counter('audit_records_total', 'Audit records written.', { event: AuditEvent.options }),
  auditChainVerified: gauge(
    'audit_chain_verified_timestamp_seconds',
    'When the last look at every chain came to its end.',
    {},
  ),
  auditChainBroken: gauge('audit_chain_broken', 'Chains that were found broken in that look or since.', {}),
  accountingImbalance: gauge('accounting_imbalance', 'Alerts received less those in any other count.', {}),
  invariantViolations: counter('invariant_violations_total', 'Breaches of what must never happen.', {
    invariant: ['dry_run_before_readiness'],
  }),
})
