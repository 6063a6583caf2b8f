/** An incident with which nothing is wrong: everything is known, the sources agree, and as many reported as are needed. Pure. */
import { SourceName } from '../../shared/contracts/alert.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import type { Normalized } from '../../shared/contracts/normalized.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { findClassPolicy } from '../../shared/policy/class-policy.ts'

export interface Target {
  service: string
  namespace: string
}

interface IdealIncident {
  normalized: Normalized
  incident: Pick<Incident, 'incident_class' | 'event'>
  seen: Pick<Normalized, 'sources' | 'conflicts'>
}

export const idealIncident = (
  policies: PolicySet,
  incident_class: string,
  { service, namespace }: Target,
): IdealIncident => {
  const { policy } = findClassPolicy(policies, incident_class)
  const sources = SourceName.options.slice(0, Math.max(1, policy?.card.sources_required ?? 1))
  const event: Normalized['event'] = {
    incident_id: `${policy?.card.prefix ?? 'IN'}-0`,
    service,
    namespace,
    pod: `${service}-0`,
    severity: 'P3',
    window_minutes: 5,
    metric_context: {},
    source_refs: [],
  }
  const seen: IdealIncident['seen'] = { sources, conflicts: [] }
  return { normalized: { ...seen, event, incident_class, severities: [] }, incident: { incident_class, event }, seen }
}
