/** The action catalogue. A new action is one file and one line here. */
import type { Facts } from '../../shared/contracts/facts.ts'
import type { Plan } from '../../shared/contracts/plan.ts'
import type { Action, Target, TargetField } from './define-action.ts'
import { restartPod } from './restart-pod.ts'
import { scaleUpReplicasOne } from './scale-up-replicas-one.ts'

export const ACTIONS: readonly Action[] = [restartPod, scaleUpReplicasOne]

export const findAction = (name: string): Action | null => ACTIONS.find((action) => action.name === name) ?? null

/** The fields that the action needs and the target does not have; an empty string is not known. */
export const missingTarget = (action: Action, target: Target): TargetField[] =>
  action.target.filter((field) => target[field] === '')

/** Null while a field that the action needs is missing. */
export const planAction = (action: Action, target: Target, facts: Facts): Plan | null =>
  missingTarget(action, target).length > 0
    ? null
    : { action: action.name, radius: action.radius, ...action.plan(target, facts) }
