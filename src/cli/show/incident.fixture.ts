/** Test data: an incident that passed readiness, was dry-run, and waits for a person. */

import { EMPTY_CHAIN } from '../../shared/audit/record.ts'
import type { Sighting } from '../../shared/contracts/alert.ts'
import type { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { Incident, RecordedDecision } from '../../shared/contracts/incident.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { sumUp } from '../../shared/incident/merge.ts'

const SHA = 'a'.repeat(64)
const event = {
  incident_id: 'HM-2026-05-17-01',
  service: 'appointments-api',
  namespace: 'prod',
  pod: 'appointments-api-7c4d6f8b9-xq2lp',
  severity: 'P1' as const,
  window_minutes: 10,
  metric_context: { memory_percent: 93 },
  source_refs: ['grafana.internal/d/api-mem'],
}
const facts = {
  stateful: { value: false, source: 'catalog', as_of: '2026-05-17T11:40:00.000Z' },
  remaining_quota: { value: 0, source: 'catalog', as_of: '2026-05-17T11:40:00.000Z' },
}

export const sighting: Sighting = {
  source: 'grafana',
  kind: 'metric',
  source_key: 'grafana:HM-2026-05-17-01',
  status: 'firing',
  incident_id: event.incident_id,
  identity: 'appointments-api',
  correlation_keys: ['native:grafana:HM-2026-05-17-01'],
  incident_class: 'high_memory_usage',
  service: event.service,
  namespace: event.namespace,
  pod: event.pod,
  severity: 'P1',
  severity_inferred: false,
  window_minutes: 10,
  metric_context: event.metric_context,
  source_ref: 'grafana.internal/d/api-mem',
  starts_at: '2026-05-17T11:42:00.000Z',
  ends_at: null,
  delivery: { request_id: 'r1', received_at: '2026-05-17T11:42:30.000Z', body_sha256: SHA },
}

const five = (evidence: string) => ({ score: 5, evidence: [evidence], reduction: null })

const scores = {
  spec: five('specify.md'),
  implementation: five('actions/restart-pod'),
  verification: five('validation.md'),
  process: {
    score: 4,
    evidence: ['trace export'],
    as_of: '2026-05-10T00:00:00.000Z',
    reduction: 'replay needs one variable set by hand',
  },
  security: five('rollback'),
}

/** What readiness knew, as far as it is shown. */
export const known = { facts, policy: { card: { scores } } }

export const ready: Ready = {
  event,
  incident_class: 'high_memory_usage',
  action: 'restart_pod',
  readiness: {
    outcome: 'pass',
    score: 24,
    threshold: 23,
    mode: 'auto',
    blockers: [],
    flip: [],
  },
  needs_review: true,
}

const resource = { kind: 'Pod', namespace: 'prod', name: event.pod }

export const dryRun: DryRunResult = {
  outcome: 'pass',
  action: 'restart_pod',
  preconditions: [{ condition: 'stateless', met: true, message: null }],
  blockers: [],
  flip: [],
  plan: {
    action: 'restart_pod',
    radius: 'pod',
    change: { verb: 'delete', resource, before: { present: true }, after: { present: false } },
    facts: {},
    rollback: { description: 'Its controller starts another.', change: null },
    verification: { metric: 'memory_percent', operator: '<', threshold: 93, windows_minutes: [10, 20] },
    rollback_after_minutes: 20,
  },
  plan_digest: SHA,
}

export const decision = (
  output: RecordedDecision['output'],
  knew: RecordedDecision['known'] = known,
): RecordedDecision => ({
  outcome: 'next',
  known: knew,
  now: '2026-05-17T11:42:31.000Z',
  policy_digest: SHA,
  terms_digest: null,
  rules_version: '1',
  output,
  output_digest: SHA,
})

export const incident: Incident = {
  incident_id: event.incident_id,
  incident_class: 'high_memory_usage',
  status: 'awaiting_review',
  accepted_at: '2026-05-17T11:42:30.000Z',
  sightings: [sighting],
  seen: sumUp([sighting]),
  duplicates: 2,
  event,
  decisions: { readiness: decision(ready), 'dry-run': decision(dryRun) },
  verdict: { verdict: 'awaiting_review', stage: 'dry-run', blockers: [], at: '2026-05-17T11:42:32.000Z' },
  ...EMPTY_CHAIN,
}
