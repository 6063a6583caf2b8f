/** What an action is: a plan as data. There is no execute, and nothing here could reach a system that has one. */
import type { z } from 'zod'
import type { Radius } from '../../shared/contracts/card.ts'
import type { IncidentEvent } from '../../shared/contracts/incident-event.ts'
import type { Plan } from '../../shared/contracts/plan.ts'

export type Target = Pick<IncidentEvent, 'service' | 'namespace' | 'pod' | 'window_minutes' | 'metric_context'>

export interface Action<Needs extends z.ZodObject = z.ZodObject> {
  name: string
  radius: Radius
  /** Fields of the target without which there is nothing to plan for. */
  target: readonly ('service' | 'namespace' | 'pod')[]
  /** The facts it computes with, each with what its value must be. It sees no others; an optional one may be unknown. */
  facts: Needs
  /** Pure, and called only with all of `target` and `facts` known. The same arguments give the same bytes. */
  plan(target: Target, facts: z.infer<Needs>): Omit<Plan, 'action' | 'radius' | 'facts'>
}

/** Conditions on when an action may run live in the spec, never here. */
export const defineAction = <Needs extends z.ZodObject>(action: Action<Needs>): Action<Needs> => action
