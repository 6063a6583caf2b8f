/** An incident as the API and the command line show it. */
import type { AuditRecord } from '../contracts/audit-record.ts'
import type { Incident, RecordedDecision } from '../contracts/incident.ts'
import type { IncidentSummary } from '../contracts/incident-view.ts'
import { decisionEvidence } from './decision-evidence.ts'
import { outsideFlip } from './outside-flip.ts'

type Members = Record<string, unknown>
const members = (value: unknown): Members => (typeof value === 'object' && value !== null ? (value as Members) : {})

const knownTo = (decision: RecordedDecision) => {
  const { facts, unknown } = decisionEvidence(decision)
  return { facts, unknown }
}

/** The shape of `GET /incidents/:id`: what each stage came to, without the copies it keeps for replay. */
export const incidentView = (whole: Incident, trace: readonly AuditRecord[]) => {
  const { decisions, sightings, event, ...incident } = whole
  return {
    incident_id: incident.incident_id,
    incident_class: incident.incident_class,
    status: incident.status,
    accepted_at: incident.accepted_at,
    event,
    sources: sightings.map(({ source, source_key, status, source_ref, starts_at, ends_at, severity, delivery }) => ({
      source,
      source_key,
      status,
      source_ref,
      starts_at,
      ends_at,
      severity,
      received_at: delivery.received_at,
      body_sha256: delivery.body_sha256,
    })),
    duplicates: incident.duplicates,
    stages: {
      ...(decisions.normalize && { normalize: { outcome: 'ok', ...members(decisions.normalize.output) } }),
      ...(decisions.readiness && {
        readiness: {
          ...members(members(decisions.readiness.output).readiness),
          ...decisionEvidence(decisions.readiness),
        },
      }),
      ...(decisions['dry-run'] && {
        'dry-run': { ...members(decisions['dry-run'].output), ...knownTo(decisions['dry-run']) },
      }),
    },
    verdict: incident.verdict,
    flip: outsideFlip(whole, trace),
  }
}

/** The line of an incident in `GET /incidents`. */
export const incidentSummary = ({
  incident_id,
  incident_class,
  status,
  accepted_at,
  sightings,
  verdict,
}: Incident): IncidentSummary => ({
  incident_id,
  incident_class,
  service: sightings[0]?.service ?? '',
  status,
  accepted_at,
  sources: [...new Set(sightings.map(({ source }) => source))],
  blockers: verdict?.blockers.map(({ code }) => code) ?? [],
})
