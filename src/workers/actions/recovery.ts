/** How an action's success is verified: the metric that raised the incident must fall below where it stood. Pure. */
import type { Plan } from '../../shared/contracts/plan.ts'
import type { Target } from './define-action.ts'

const DEFAULT_WINDOW_MINUTES = 5

/** The alert's own window, and twice that: a dip that does not last is no success. Then it is time to roll back. */
export const recovery = ({
  metric_context,
  window_minutes,
}: Target): Pick<Plan, 'verification' | 'rollback_after_minutes'> => {
  const window = window_minutes || DEFAULT_WINDOW_MINUTES
  const [metric] = Object.keys(metric_context).sort()
  const threshold = metric === undefined ? undefined : metric_context[metric]
  const measured = metric !== undefined && threshold !== undefined
  return {
    verification: {
      ...(measured ? { metric, threshold } : { metric: 'alerts_firing', threshold: 1 }),
      operator: '<',
      windows_minutes: [window, 2 * window],
    },
    rollback_after_minutes: 2 * window,
  }
}
