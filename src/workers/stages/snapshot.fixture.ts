/** Test data: an incident as a stage finds it, with its trace and the shipped policies. */
import { fileURLToPath } from 'node:url'
import { chain, contentDigests, EMPTY_CHAIN, type RecordContent } from '../../shared/audit/record.ts'
import type { Sighting } from '../../shared/contracts/alert.ts'
import type { AuditEvent } from '../../shared/contracts/audit-record.ts'
import type { Answers } from '../../shared/contracts/live-facts.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { sumUp } from '../../shared/incident/merge.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import type { Snapshot } from '../stage.ts'
import { normalize } from './normalize.ts'

export const NOW = '2026-05-17T11:43:00.000Z'
const ID = 'HM-2026-05-17-01'

const read = await loadPolicyFolder(fileURLToPath(new URL('../../../policies', import.meta.url)))
/** With the catalogue's time fixed, so that what is decided on it is the same on every run. */
export const POLICIES: PolicySet = { ...read, stated_at: '2026-05-17T11:00:00.000Z' }

export const sighting: Sighting = {
  source: 'grafana',
  kind: 'metric',
  source_key: 'grafana:HM-2026-05-17-01',
  status: 'firing',
  incident_id: ID,
  identity: 'appointments-api/prod/appointments-api-7c4d6f8b9-xq2lp',
  correlation_keys: ['native:grafana:HM-2026-05-17-01'],
  incident_class: 'high_memory_usage',
  service: 'appointments-api',
  namespace: 'prod',
  pod: 'appointments-api-7c4d6f8b9-xq2lp',
  severity: 'P1',
  severity_inferred: false,
  window_minutes: 10,
  metric_context: { memory_percent: 93 },
  source_ref: 'grafana.internal/d/api-mem',
  starts_at: '2026-05-17T11:42:00.000Z',
  ends_at: null,
  delivery: { request_id: 'r1', received_at: '2026-05-17T11:42:01.000Z', body_sha256: 'a'.repeat(64) },
}

const record = (event: AuditEvent): RecordContent => ({
  at: NOW,
  incident_id: ID,
  event,
  stage: 'accept',
  actor: 'test',
  decision_diff: {},
  ...contentDigests({}, {}),
  policy_digest: null,
})

export interface Circumstances {
  sightings?: Sighting[]
  events?: AuditEvent[]
  policies?: Partial<PolicySet>
  answers?: Answers
}

/** An incident after normalize, with what normalize handed on. */
export const normalized = (given: Circumstances = {}) => {
  const {
    sightings = [sighting],
    events = ['webhook_received', 'incident_event_normalized'],
    policies,
    answers,
  } = given
  const input = normalize.decide({ incident_id: ID, sightings }, { policy_digest: null }, NOW).output
  const { records: trace, head } = chain(EMPTY_CHAIN, events.map(record))
  const snapshot: Snapshot = {
    incident: {
      incident_id: ID,
      incident_class: input.incident_class,
      status: 'readiness',
      accepted_at: NOW,
      sightings,
      seen: sumUp(sightings),
      duplicates: 0,
      event: input.event,
      decisions: {},
      verdict: null,
      ...head,
    },
    trace,
    policies: { ...POLICIES, ...policies },
    ...(answers && { answers }),
  }
  return { input, snapshot }
}
