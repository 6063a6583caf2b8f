/** Answers reviews over one connection, with the queues that it takes: for the API and the command line. */
import type { Redis } from 'ioredis'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import type { Reviewed, SignedReview } from '../../shared/contracts/review.ts'
import { IncidentLedger } from '../../shared/ledger/incident-ledger.ts'
import { openQueue } from '../../shared/queue/stage-queues.ts'
import { answerReview, type ReviewSettings } from './answer-review.ts'

export const openReviewer = (
  redis: Redis,
  installation: string,
  policies: () => PolicySet,
  facts: Pick<ReviewSettings, 'prometheus'>,
) => {
  // Every failure reaches the caller through the command that failed.
  const open = (stage: 'readiness' | 'dry-run') => openQueue(stage, redis, installation).on('error', () => {})
  const queues = { readiness: open('readiness'), 'dry-run': open('dry-run') }
  const ledger = new IncidentLedger(redis, installation)
  const now = () => new Date().toISOString()
  return {
    answer: (id: string, order: SignedReview): Promise<Reviewed> =>
      answerReview({ redis, ledger, queues, policies, now, ...facts }, id, order),
    close: () => Promise.all(Object.values(queues).map((queue) => queue.close())),
  }
}
