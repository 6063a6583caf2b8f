/** The first stage: what the sources saw, as one incident_event. It judges nothing: conflicts are readiness' to block. */
import { z } from 'zod'
import { Sighting } from '../../shared/contracts/alert.ts'
import { IncidentId } from '../../shared/contracts/identifiers.ts'
import { Normalized } from '../../shared/contracts/normalized.ts'
import { distinctSources, merge } from '../../shared/incident/merge.ts'
import { defineStage } from '../stage.ts'

const NormalizeInput = z.strictObject({ incident_id: IncidentId, sightings: z.array(Sighting).min(1) })

/** No policy has a say in what the sources saw. */
const NormalizeKnown = z.strictObject({ policy_digest: z.null() })
const NOTHING = { policy_digest: null }

export const normalize = defineStage({
  name: 'normalize',
  trace: 'none',
  input: NormalizeInput,
  known: NormalizeKnown,
  output: Normalized,
  load: () => ({ known: NOTHING, own: NOTHING, terms: null }),
  fromPolicies: () => NOTHING,
  decide: ({ incident_id, sightings }) => {
    const { event, incident_class, severities, conflicts } = merge(incident_id, sightings)
    const sources = distinctSources(sightings)
    return {
      outcome: 'next',
      output: { conflicts, event, incident_class, severities, sources },
      events: ['incident_event_normalized'],
    }
  },
})
