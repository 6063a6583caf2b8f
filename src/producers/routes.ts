/** The API's routes: webhooks in, incidents out. */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import { incidentSummary, incidentView } from '../shared/incident/incident-view.ts'
import { IncidentQuery, listIncidents } from '../shared/ledger/list-incidents.ts'
import { Problem } from '../shared/problem.ts'
import { findSource, SOURCES } from '../shared/sources/index.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { Acceptance } from './accept-alert.ts'
import { type AlertAnswer, acceptWebhook } from './accept-webhook.ts'
import { parseBody } from './read-body.ts'

/** 202 when something new came of it, 200 when nothing did; what cannot be understood at all is the caller's to judge. */
const statusOf = (answers: readonly AlertAnswer[]): 200 | 202 =>
  answers.some(({ outcome }) => outcome === 'accepted' || outcome === 'attached' || outcome === 'closed') ? 202 : 200

const webhookEvent = (answers: readonly AlertAnswer[]) =>
  answers.every(({ outcome }) => outcome === 'rejected')
    ? 'webhook_rejected'
    : answers.every(({ outcome }) => outcome === 'ignored')
      ? 'webhook_ignored'
      : 'webhook_accepted'

export const addWebhooks = (app: FastifyInstance, acceptance: Acceptance, metrics: Metrics, log: Log): void => {
  app.route<{ Params: { source: string } }>({
    method: ['POST', 'PUT'],
    url: '/webhooks/:source',
    handler: async (request, reply) => {
      const source = findSource(request.params.source)
      if (!source)
        throw new Problem(
          'source_unknown',
          `there is no source '${request.params.source}': use one of ${SOURCES.map(({ name }) => name).join(', ')}`,
        )
      const request_id = randomUUID()
      const delivery = { request_id, received_at: new Date().toISOString() }
      let answers: AlertAnswer[]
      try {
        answers = await acceptWebhook(source, { ...delivery, ...parseBody(request.body) }, acceptance)
      } catch (error) {
        if (error instanceof Problem) metrics.webhookEvents.inc({ source: source.name, outcome: 'invalid' })
        throw error
      }
      for (const { outcome } of answers) {
        metrics.webhookEvents.inc({ source: source.name, outcome })
        if (outcome === 'accepted') metrics.jobsEnqueued.inc({ queue: 'normalize' })
      }
      log.event(webhookEvent(answers), { request_id, source: source.name, incidents: answers })
      const rejected = answers.filter(({ outcome }) => outcome === 'rejected')
      if (rejected.length < answers.length)
        return reply.code(statusOf(answers)).send({ request_id, incidents: answers })
      // A sender that switches its subscription off after a few 4xx would lose the incidents after this one as well.
      if (source.never_refuse_content) return reply.code(202).send({ request_id, incidents: answers })
      const reasons = rejected.map(({ reason }) => reason).join('; ') || 'the delivery holds no alert'
      throw new Problem('nothing_understood', reasons, { request_id, incidents: answers })
    },
  })
}

const parseQuery = (query: unknown): IncidentQuery => {
  const parsed = IncidentQuery.safeParse(query)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem('query_invalid', `${issue?.path.join('.') || 'query'}: ${issue?.message}`)
}

export const addIncidents = (app: FastifyInstance, { ledger }: Pick<Acceptance, 'ledger'>): void => {
  const read = async (id: string) => {
    const known = IncidentId.safeParse(id).success ? await ledger.read(id) : null
    if (!known) throw new Problem('incident_unknown', `there is no incident '${id}': GET /incidents lists them`)
    return known
  }
  app.get('/incidents', async (request) => {
    const { incidents, next_cursor } = await listIncidents(ledger, parseQuery(request.query))
    return { incidents: incidents.map(incidentSummary), next_cursor }
  })
  const Params = z.object({ id: z.string() })
  app.get('/incidents/:id', async (request) => {
    const { incident, trace } = await read(Params.parse(request.params).id)
    return incidentView(incident, trace)
  })
  app.get('/incidents/:id/trace', async (request) => ({ records: (await read(Params.parse(request.params).id)).trace }))
}
