/** Action: puts the deployment of the service, which is named like the service, back to its last good revision. */
import { z } from 'zod'
import { defineAction } from './define-action.ts'
import { recovery } from './recovery.ts'

/** Whatever the team counts its deployments by: a revision number, a release, a commit, an image digest. */
const REVISION = 'it must be a number from 1 or a name'
const Revision = z.union([z.int(REVISION).positive(REVISION), z.string().min(1, REVISION)], REVISION)

export const rollbackDeployment = defineAction({
  name: 'rollback_deployment',
  radius: 'deployment',
  target: ['service', 'namespace'],
  facts: z
    .object({ revision: Revision, last_good_revision: Revision })
    .refine(({ revision, last_good_revision }) => String(revision) !== String(last_good_revision), {
      message: 'it is the one that is deployed, so there is none known to go back to',
      path: ['last_good_revision'],
    }),
  plan: (target, { revision, last_good_revision }) => {
    const resource = { kind: 'Deployment', namespace: target.namespace, name: target.service }
    const [before, after] = [{ revision }, { revision: last_good_revision }]
    return {
      change: { verb: 'patch', resource, before, after },
      rollback: {
        description: 'Deploy the revision again that was there before.',
        change: { verb: 'patch', resource, before: after, after: before },
      },
      ...recovery(target),
    }
  },
})
