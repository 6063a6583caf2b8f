/** The human review: what a person answers to an incident that waits, the same on the command line and over HTTP. */
import { z } from 'zod'
import { Sha256 } from './identifiers.ts'
import type { Plan } from './plan.ts'
import { type Means, words } from './stop.ts'

export const ReviewOrder = z.strictObject({
  decision: z.enum(['approve', 'deny'], 'approve or deny'),
  by: words('who decides', 200),
  reason: words('why', 1000),
  /** Of the plan that was shown; null where there is none yet, before the dry-run of a semi-manual incident. */
  plan_digest: Sha256.nullable(),
})
export type ReviewOrder = z.infer<typeof ReviewOrder>

export type SignedReview = ReviewOrder & { via: Means }

/** The statuses in which an incident waits for a person. */
const WAITING: readonly string[] = ['awaiting_review', 'semi_manual']

export const isWaiting = ({ status }: { status: string }): boolean => WAITING.includes(status)

/** Why an answer was not taken. */
export type ReviewRefusal =
  /** It waits for nobody: it never did, somebody answered before, or it ended otherwise. */
  | 'not_waiting'
  /** The time to answer is over. */
  | 'expired'
  /** It names another plan than the one that is asked about. */
  | 'other_plan'
  /** Plan, facts or policy changed since it was shown: it is decided anew, and asked again where it still may go on. */
  | 'changed'
  /** By policy nobody approves what they had taken up themselves. */
  | 'own_run'
  /** An emergency stop covers it. */
  | 'stopped'

/** What came of an answer. `reasons` are whole sentences with the values. */
export type Reviewed =
  /** `next`: the dry-run of a semi-manual incident is on its way; otherwise that is its verdict now. */
  | { outcome: 'approved'; incident_id: string; status: 'dry_run_passed' | 'dry-run'; plan_digest: string | null }
  | { outcome: 'denied'; incident_id: string; status: 'rejected' }
  | {
      outcome: 'refused'
      incident_id: string
      code: ReviewRefusal
      status: string
      reasons: string[]
      /** The plan as it is now: the one that is asked about next, where it changed. Null where there is none. */
      plan: Plan | null
      plan_digest: string | null
    }
  | { outcome: 'unknown'; incident_id: string }

/** An action on a service for a class of incidents; the digest is over specification and action, as they were. */
export interface Run {
  service: string
  incident_class: string
  action: string
  run_digest: string
}
