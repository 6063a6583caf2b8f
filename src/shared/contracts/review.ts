/** The human review: what a person answers to an incident that waits, the same on the command line and over HTTP. */
import { z } from 'zod'
import { IncidentId, Sha256 } from './identifiers.ts'
import { Plan } from './plan.ts'
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
export const ReviewRefusal = z.enum([
  /** It waits for nobody: it never did, somebody answered before, or it ended otherwise. */
  'not_waiting',
  /** The time to answer is over. */
  'expired',
  /** It names another plan than the one that is asked about. */
  'other_plan',
  /** Plan, facts or policy changed since it was shown: it is decided anew, and asked again where it still may go on. */
  'changed',
  /** By policy nobody approves what they had taken up themselves. */
  'own_run',
  /** An emergency stop covers it. */
  'stopped',
])
export type ReviewRefusal = z.infer<typeof ReviewRefusal>

const Approved = z.strictObject({
  outcome: z.literal('approved'),
  incident_id: IncidentId,
  status: z
    .enum(['dry_run_passed', 'dry-run'])
    .describe('dry-run: that of a semi-manual incident is on its way; else its verdict'),
  plan_digest: Sha256.nullable(),
})

const Denied = z.strictObject({ outcome: z.literal('denied'), incident_id: IncidentId, status: z.literal('rejected') })

const Refused = z.strictObject({
  outcome: z.literal('refused'),
  incident_id: IncidentId,
  code: ReviewRefusal,
  status: z.string(),
  /** Whole sentences with the values. */
  reasons: z.array(z.string()),
  plan: Plan.nullable().describe('the plan as it is now, the one that is asked about next; null where there is none'),
  plan_digest: Sha256.nullable(),
})

/** What came of an answer that was taken. */
export const ReviewAnswer = z.discriminatedUnion('outcome', [Approved, Denied])

/** What came of an answer. */
export type Reviewed =
  | z.infer<typeof ReviewAnswer>
  | z.infer<typeof Refused>
  | { outcome: 'unknown'; incident_id: string }

/** What the refusal of an answer says beside why, as members of its problem document. */
export const REFUSED_REVIEW = {
  ...Refused.pick({ incident_id: true, reasons: true, plan: true, plan_digest: true }).shape,
  reason: ReviewRefusal,
  incident_status: z.string(),
}

/** An action on a service for a class of incidents; the digest is over specification and action, as they were. */
export interface Run {
  service: string
  incident_class: string
  action: string
  run_digest: string
}
