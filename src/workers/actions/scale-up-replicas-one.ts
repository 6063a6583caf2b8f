/** Action: adds one replica to the deployment of the service, which is named like the service. */
import { findFact } from '../../shared/policy/facts.ts'
import { defineAction } from './define-action.ts'
import { recovery } from './recovery.ts'

export const scaleUpReplicasOne = defineAction({
  name: 'scale_up_replicas_one',
  radius: 'deployment',
  target: ['service', 'namespace'],
  plan: (target, facts) => {
    const replicas = findFact(facts, 'replicas')?.value
    // Absolute where the number is known, so that carrying it out twice adds one replica and not two.
    const [before, after] = Number.isInteger(replicas)
      ? [{ replicas: Number(replicas) }, { replicas: Number(replicas) + 1 }]
      : [{ replicas_added: 0 }, { replicas_added: 1 }]
    const resource = { kind: 'Deployment', namespace: target.namespace, name: target.service }
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
