/** An installation whose every process has a clock of its own. */
import type { Scene } from './faults.ts'
import type { Setup } from './site.ts'

/** Stories whose verdict does not depend on what is resolved, or known, first. */
export const SKEWED = {
  apis: [{ skewHours: -3 }, { skewHours: 3 }],
  workers: [
    { stages: ['normalize'], skewHours: 2 },
    { stages: ['readiness'], skewHours: -2 },
    { stages: ['dry-run'], skewHours: 1 },
    { stages: [], skewHours: -1 },
  ],
  stories: ['measured', 'paged_after', 'repeated'],
} satisfies Setup

/** The one who has a stage to himself; the other is an hour behind or ahead of what he did. */
export const someoneDies = async ({ installation: { workers } }: Scene): Promise<void> => {
  await workers[1]?.replace('SIGKILL', { skewHours: 2 })
  await workers[1]?.current().started()
}
