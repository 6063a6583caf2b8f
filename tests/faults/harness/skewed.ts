/** An installation whose every process has a clock of its own. */
import type { Scene } from './faults.ts'
import type { Setup } from './site.ts'

const HOUR = 3_600

/** Stories whose verdict does not depend on what is resolved, or known, first. */
export const SKEWED = {
  apis: [{ skewSeconds: -3 * HOUR }, { skewSeconds: 3 * HOUR }],
  workers: [
    { stages: ['normalize'], skewSeconds: 2 * HOUR },
    { stages: ['readiness'], skewSeconds: -2 * HOUR },
    { stages: ['dry-run'], skewSeconds: 1 * HOUR },
    { stages: [], skewSeconds: -1 * HOUR },
  ],
  stories: ['measured', 'paged_after', 'repeated'],
} satisfies Setup

/** The one who has a stage to himself; the other is an hour behind or ahead of what he did. */
export const someoneDies = async ({ installation: { workers } }: Scene): Promise<void> => {
  await workers[1]?.replace('SIGKILL', { skewSeconds: 2 * HOUR })
  await workers[1]?.current().started()
}
