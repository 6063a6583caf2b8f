/** Which budgets a pass of an incident takes a share of: the repeat window of its class, and those of settings.yaml. Pure. */
import type { IncidentEvent } from '../contracts/incident-event.ts'
import type { PolicySet } from '../contracts/policy.ts'
import type { Share } from '../contracts/share.ts'

const NONE: readonly Share[] = []

/** None without a valid policy: then nothing passes. `repeat_window: 0s` is off. */
export const sharesOf = (
  { classes, budgets }: Pick<PolicySet, 'classes' | 'budgets'>,
  incidentClass: string,
  event: Pick<IncidentEvent, 'service' | 'namespace'> | null,
): readonly Share[] => {
  const policy = classes.get(incidentClass)
  if (!policy || 'problem' in policy || !event) return NONE
  const { repeat_window: window } = policy.card
  if (window === 0 && budgets.length === 0) return NONE
  const shares = budgets.map(({ scope, limit, window }) => ({ scope: `${scope}:${event[scope]}`, limit, window }))
  if (window > 0) shares.unshift({ scope: `repeat:${incidentClass}:${event.service}`, limit: 1, window })
  return shares.map((share) => ({
    ...share,
    keep: Math.max(...shares.filter(({ scope }) => scope === share.scope).map((one) => one.window)),
  }))
}
