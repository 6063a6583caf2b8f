/** The second stage: may a machine go on with this incident at all? Judges the card of its class and what is known now. */
import { Normalized } from '../../shared/contracts/normalized.ts'
import { Ready } from '../../shared/contracts/ready.ts'
import { judge } from '../blockers/judge.ts'
import { defineStage } from '../stage.ts'
import { gateFromIncident } from './gate-from-incident.ts'
import { ReadinessKnown, readinessFromPolicies, readinessKnown } from './readiness-known.ts'

export const readiness = defineStage({
  name: 'readiness',
  trace: 'all',
  input: Normalized,
  known: ReadinessKnown,
  output: Ready,
  load: readinessKnown,
  fromPolicies: readinessFromPolicies,
  decide: (incident, known, now) => {
    const { policy } = known
    const judgement = judge(gateFromIncident(incident, known, now))
    const output: Ready = {
      action: policy?.action ?? null,
      event: incident.event,
      incident_class: incident.incident_class,
      needs_review: policy?.human_review_for_first_run ?? true,
      readiness: judgement,
    }
    // Semi-manual: a person lets each further step go on.
    const asks = judgement.mode === 'semi_manual' ? (['review_requested'] as const) : []
    const recorded = policy
      ? {
          output,
          events: ['spec_resolved', 'readiness_evaluated', ...asks] as const,
          diff: { spec_resolved: { spec: [null, policy.spec] as [unknown, unknown] } },
        }
      : { output, events: ['readiness_evaluated'] as const }
    if (judgement.mode === 'auto') return { ...recorded, outcome: 'next' }
    return { ...recorded, outcome: 'stop', verdict: judgement.mode, blockers: judgement.blockers }
  },
})
