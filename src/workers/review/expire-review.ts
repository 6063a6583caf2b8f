/** Reviews that nobody answered in time: by a delayed job for each, and by a look at all of them for what was lost. */
import type { Incident } from '../../shared/contracts/incident.ts'
import { isWaiting } from '../../shared/contracts/review.ts'
import { crashPoint } from '../../shared/crash-point.ts'
import type { LedgerChange } from '../../shared/ledger/change.ts'
import { readIfReadable } from '../../shared/ledger/ledger-upkeep.ts'
import type { StageContext } from '../run-stage.ts'
import { reviewChange } from './review-change.ts'

/** For a person to read: RFC 3339; `expiresAfter` is in ms. What counts is how long it has waited by Redis' clock. */
export const expiresAt = ({ verdict, accepted_at }: Incident, expiresAfter: number): string =>
  new Date(Date.parse(verdict?.at ?? accepted_at) + expiresAfter).toISOString()

export const expireChange = (incident: Incident, at: string, actor: string): LedgerChange =>
  reviewChange(incident, {
    event: 'review_expired',
    after: 'expired',
    at,
    actor,
    said: { asked_at: incident.verdict?.at ?? null },
    policy_digest: null,
  })

/** True when it expired now; false when it was answered, waits no longer or may wait on. */
export const expireOne = async ({ ledger, policies, now, actor }: StageContext, id: string): Promise<boolean> => {
  const incident = await readIfReadable(ledger, id)
  if (incident === null || incident === 'unreadable') return false
  const waited = await ledger.reviews.waitedFor(id)
  if (!isWaiting(incident) || waited === null || waited < policies().review.expires_after) return false
  crashPoint('review:before')
  const done = await ledger.apply(expireChange(incident, now(), actor), null)
  crashPoint('review:after')
  return done
}

/** How many one round looks at. */
const BATCH = 1000

/** Those whose own job was lost. Returns the ids of those that expired. */
export const expireDue = async (context: StageContext): Promise<string[]> => {
  const { ledger, policies } = context
  const expired: string[] = []
  for (const id of await ledger.reviews.waiting(BATCH)) {
    const waited = await ledger.reviews.waitedFor(id)
    // The oldest come first.
    if (waited !== null && waited < policies().review.expires_after) break
    if (await expireOne(context, id)) expired.push(id)
  }
  return expired
}
