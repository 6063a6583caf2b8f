/** Action: deletes one pod, so that its controller starts a new one. */
import { z } from 'zod'
import { defineAction } from './define-action.ts'
import { recovery } from './recovery.ts'

export const restartPod = defineAction({
  name: 'restart_pod',
  radius: 'pod',
  target: ['namespace', 'pod'],
  facts: z.object({}),
  plan: (target) => ({
    change: {
      verb: 'delete',
      resource: { kind: 'Pod', namespace: target.namespace, name: target.pod },
      before: { present: true },
      after: { present: false, replaced_by_controller: true },
    },
    rollback: {
      description:
        'A deleted pod does not come back: its controller has started another. If that one is not ready either, stop and hand over to on-call.',
      change: null,
    },
    ...recovery(target),
  }),
})
