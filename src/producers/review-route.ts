/** `POST /incidents/:id/review`: a person's answer to an incident that waits. Until there is a login, `by` says who. */
import type { FastifyInstance } from 'fastify'
import type { AuditEvent } from '../shared/contracts/audit-record.ts'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { type Reviewed, ReviewOrder } from '../shared/contracts/review.ts'
import { Problem } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import { parseBody } from './read-body.ts'

/** Rejects when Redis does not answer: then it is not certain whether the answer was taken. */
export type AnswerReview = (id: string, order: ReviewOrder) => Promise<Reviewed>

const parseOrder = (raw: unknown): ReviewOrder => {
  const order = ReviewOrder.safeParse(parseBody(raw).body)
  if (order.success) return order.data
  const problems = order.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new Problem('review_invalid', problems.join('; '))
}

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
  app.post<{ Params: { id: string } }>('/incidents/:id/review', async (request) => {
    const { id } = request.params
    const order = parseOrder(request.body)
    if (!IncidentId.safeParse(id).success) throw unknown(id)
    const reviewed = await answer(id, order)
    const { outcome } = reviewed
    if (outcome === 'unknown') throw unknown(id)
    log.event('review_answered', {
      incident_id: id,
      request_id: request.id,
      by: order.by,
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
