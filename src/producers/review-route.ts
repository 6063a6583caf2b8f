/** `POST /incidents/:id/review`: a person's answer to an incident that waits. */
import type { FastifyInstance } from 'fastify'
import type { AuditEvent } from '../shared/contracts/audit-record.ts'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { type Reviewed, ReviewOrder, type SignedReview } from '../shared/contracts/review.ts'
import { Problem } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { parseSigned } from './operators/parse-signed.ts'

/** Rejects when Redis does not answer: then it is not certain whether the answer was taken. */
export type AnswerReview = (id: string, order: SignedReview) => Promise<Reviewed>

const unknown = (id: string): Problem =>
  new Problem(
    'incident_unknown',
    `there is no incident '${id}': GET /incidents?status=awaiting_review lists what waits`,
  )

/** What an answer writes to the audit trace; null for nothing. */
const recordOf = (reviewed: Reviewed): AuditEvent | null => {
  if (reviewed.outcome === 'approved') return 'review_approved'
  if (reviewed.outcome === 'denied') return 'review_denied'
  return reviewed.outcome === 'refused' && reviewed.code === 'changed' ? 'review_voided' : null
}

export const addReview = (app: FastifyInstance, answer: AnswerReview, metrics: Metrics, log: Log): void => {
  const config = { role: 'reviewer' } as const
  app.post<{ Params: { id: string } }>('/incidents/:id/review', { config }, async (request) => {
    const { id } = request.params
    const order = parseSigned(ReviewOrder, request.body, request.operator, 'review_invalid')
    if (!IncidentId.safeParse(id).success) throw unknown(id)
    const reviewed = await answer(id, order)
    const { outcome } = reviewed
    if (outcome === 'unknown') throw unknown(id)
    log.event('review_answered', {
      incident_id: id,
      request_id: request.id,
      by: order.by,
      via: order.via,
      decision: order.decision,
      outcome,
      error_code: outcome === 'refused' ? reviewed.code : undefined,
    })
    const event = recordOf(reviewed)
    if (event) metrics.auditRecords.inc({ event })
    if (outcome === 'refused') {
      const { status, reasons, plan, plan_digest } = reviewed
      const extra = { incident_id: id, reason: reviewed.code, incident_status: status, reasons, plan, plan_digest }
      throw new Problem('review_refused', reasons.join('; '), extra)
    }
    if (reviewed.status !== 'dry-run') metrics.verdicts.inc({ verdict: reviewed.status })
    return reviewed
  })
}
