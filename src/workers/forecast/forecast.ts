/** For each class of a policy folder the best verdict it can give today, over every service of the catalogue. Pure. */
import { VerdictName } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { type BestVerdict, bestVerdict } from './best-verdict.ts'
import type { Target } from './ideal-incident.ts'

export type TargetVerdict = Target & Omit<BestVerdict, 'action'>

export interface ClassForecast {
  incident_class: string
  action: string | null
  best: VerdictName
  /** The best first; what is equal in the order of the catalogue. */
  targets: TargetVerdict[]
}

/** A service that names no namespace is the same in all of them; an empty catalogue knows nothing of any service. */
const targetsOf = ({ services }: PolicySet): Target[] => {
  const targets = Object.entries(services).flatMap(([service, { namespaces }]) =>
    (namespaces.length > 0 ? namespaces : ['any']).map((namespace) => ({ service, namespace })),
  )
  return targets.length > 0 ? targets : [{ service: 'any', namespace: 'any' }]
}

const rank = ({ verdict }: TargetVerdict): number => VerdictName.options.indexOf(verdict)

/** `now` is RFC 3339 with milliseconds. */
export const forecast = (policies: PolicySet, now: string): ClassForecast[] =>
  [...policies.classes.keys()].map((incident_class) => {
    const verdicts = targetsOf(policies).map((target) => ({
      target,
      found: bestVerdict(policies, incident_class, target, now),
    }))
    const targets = verdicts
      .map(({ target, found: { verdict, held_back_by } }) => ({ ...target, verdict, held_back_by }))
      .sort((a, b) => rank(a) - rank(b))
    return {
      incident_class,
      action: verdicts[0]?.found.action ?? null,
      best: targets[0]?.verdict ?? 'blocked',
      targets,
    }
  })
