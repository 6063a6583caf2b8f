/** The action catalogue. A new action is one file and one line here: docs/add-an-action.md. */
import type { Action } from './define-action.ts'
import { restartDeployment } from './restart-deployment.ts'
import { restartPod } from './restart-pod.ts'
import { rollbackDeployment } from './rollback-deployment.ts'
import { scaleUpReplicasOne } from './scale-up-replicas-one.ts'

export const ACTIONS: readonly Action[] = [restartPod, scaleUpReplicasOne, restartDeployment, rollbackDeployment]

export const findAction = (name: string): Action | null => ACTIONS.find((action) => action.name === name) ?? null
