/** Action: restarts all pods of the service's deployment, which is named like the service, at the pace of its own strategy. */
import { z } from 'zod'
import { defineAction } from './define-action.ts'
import { Replicas } from './needed-facts.ts'
import { recovery } from './recovery.ts'

export const restartDeployment = defineAction({
  name: 'restart_deployment',
  radius: 'deployment',
  target: ['service', 'namespace'],
  facts: z.object({ replicas: Replicas }),
  plan: (target, { replicas }) => ({
    change: {
      verb: 'restart',
      resource: { kind: 'Deployment', namespace: target.namespace, name: target.service },
      before: { pods: replicas, pods_restarted: 0 },
      after: { pods: replicas, pods_restarted: replicas },
    },
    rollback: {
      description:
        'The new pods run the same revision, so there is nothing to go back to. If they are not ready, stop and hand over to on-call.',
      change: null,
    },
    ...recovery(target),
  }),
})
