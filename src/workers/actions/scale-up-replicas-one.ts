/** Action: adds one replica to the deployment of the service, which is named like the service. */
import { z } from 'zod'
import { defineAction } from './define-action.ts'
import { Replicas } from './needed-facts.ts'
import { recovery } from './recovery.ts'

export const scaleUpReplicasOne = defineAction({
  name: 'scale_up_replicas_one',
  radius: 'deployment',
  target: ['service', 'namespace'],
  facts: z.object({ replicas: Replicas.optional() }),
  plan: (target, { replicas }) => {
    const resource = { kind: 'Deployment', namespace: target.namespace, name: target.service }
    // Absolute where the number is known, so that carrying it out twice adds one replica and not two.
    const [before, after] =
      replicas === undefined
        ? [{ replicas_added: 0 }, { replicas_added: 1 }]
        : [{ replicas }, { replicas: replicas + 1 }]
    return {
      change: { verb: 'patch', resource, before, after },
      rollback: {
        description: 'Take the added replica away again.',
        change: { verb: 'patch', resource, before: after, after: before },
      },
      ...recovery(target),
    }
  },
})
