/** What an action is: a plan as data. There is no execute, and nothing here could reach a system that has one. */
import type { Radius } from '../../shared/contracts/card.ts'
import type { Facts } from '../../shared/contracts/facts.ts'
import type { IncidentEvent } from '../../shared/contracts/incident-event.ts'
import type { Plan } from '../../shared/contracts/plan.ts'

export type Target = Pick<IncidentEvent, 'service' | 'namespace' | 'pod' | 'window_minutes' | 'metric_context'>
export type TargetField = 'service' | 'namespace' | 'pod'

export interface Action {
  name: string
  radius: Radius
  /** Fields of the target without which there is nothing to plan for. */
  target: readonly TargetField[]
  /** Pure, and called only with every field of `target` known. The same arguments give the same bytes. */
  plan(target: Target, facts: Facts): Omit<Plan, 'action' | 'radius'>
}

/** Conditions on when an action may run live in the spec, never here. */
export const defineAction = (action: Action): Action => action
