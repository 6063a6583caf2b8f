/** The API's routes: webhooks in, incidents out. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { IncidentId } from '../shared/contracts/identifiers.ts'
import type { AlertAnswer } from '../shared/contracts/webhook-answer.ts'
import { incidentSummary, incidentView } from '../shared/incident/incident-view.ts'
import { IncidentQuery, listIncidents } from '../shared/ledger/list-incidents.ts'
import { explainIssues } from '../shared/policy/explain-issues.ts'
import { Problem } from '../shared/problem.ts'
import type { Log } from '../shared/telemetry/log.ts'
import type { Metrics } from '../shared/telemetry/metrics.ts'
import type { Tracing } from '../shared/telemetry/tracing.ts'
import type { Acceptance } from './accept-alert.ts'
import { acceptWebhook } from './accept-webhook.ts'
import { boundedReasons } from './bounded-reasons.ts'
import { addCloudEventsHandshake } from './cloudevents-handshake.ts'
import { admitSender } from './door/admit-sender.ts'
import { watchBodies } from './door/bodies-on-their-way.ts'
import { refuseByHeaders, refuseBySize } from './door/body-limits.ts'
import { confirmSubscription } from './door/confirm-subscription.ts'
import type { Load } from './door/judge-load.ts'
import { watchPipelining } from './door/pipelining.ts'
import { quarantineRejected } from './door/quarantine-rejected.ts'
import { addRateLimit, type RateLimit } from './door/rate-limit.ts'
import { pipelined, shedAll, shedCrowd } from './door/shed-load.ts'
import { clientAddress } from './door/trusted-proxies.ts'
import { UnderWay } from './door/under-way.ts'
import { type Door, verifyDelivery } from './door/verify-delivery.ts'
import { logAnswers } from './log-answers.ts'
import { noteRefused } from './note-refused.ts'
import { isUnreadable, keepRawForms, readDelivery } from './read-delivery.ts'
import { sourceAt } from './source-at.ts'

export const WEBHOOKS = '/webhooks/:source'

/** 202 when something new came of it, 200 when nothing did; what cannot be understood at all is the caller's to judge. */
const statusOf = (answers: readonly AlertAnswer[]): 200 | 202 =>
  answers.some(({ outcome }) => outcome === 'accepted' || outcome === 'attached' || outcome === 'closed') ? 202 : 200

/** Why alerts were not understood, or the whole delivery; none where everything in it was. */
const rejectionsIn = (answers: readonly AlertAnswer[]): string[] =>
  answers.length === 0
    ? ['the delivery holds no alert']
    : answers.flatMap(({ outcome, reason }) => (outcome === 'rejected' ? (reason ?? '') : []))

const rawOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

interface Webhooks {
  door: Door
  isStopping(): boolean
  metrics: Metrics
  log: Log
  tracing?: Tracing | undefined
  rateLimit?: RateLimit | undefined
  load(): Load
}

/** In a scope of its own: forms are taken by no other route. */
export const addWebhooks = (
  app: FastifyInstance,
  acceptance: Acceptance,
  { door, isStopping, metrics, log, tracing, rateLimit, load }: Webhooks,
): void => {
  app.register(async (webhooks) => {
    keepRawForms(webhooks)
    addCloudEventsHandshake(webhooks)
    const bodies = watchBodies(webhooks, metrics)
    const rate = rateLimit && (await addRateLimit(webhooks, rateLimit))
    const underWay = new UnderWay()
    const isPipelined = watchPipelining()
    webhooks.route<{ Params: { source: string }; Querystring: Record<string, unknown> }>({
      method: ['POST', 'PUT'],
      url: WEBHOOKS,
      // What was under way before is answered as ever.
      onRequest: (request, reply, done) => {
        const { params, headers } = request
        const ip = clientAddress(request)
        const source = sourceAt(params.source, acceptance.policies())
        try {
          if (isStopping()) throw new Problem('shutting_down', 'this process takes nothing new: send it again')
          admitSender(source, ip, door.secrets())
          if (isPipelined(request.socket)) {
            reply.header('connection', 'close')
            throw pipelined(source)
          }
          rate?.recall(source, request)
          shedAll(source, load())
          shedCrowd(source, underWay, ip)
          refuseByHeaders(source, headers)
        } catch (error) {
          noteRefused(error, source.name, metrics)
          throw error
        }
        bodies.begin(request)
        done()
      },
      // On the bytes as they came, before anybody makes sense of them.
      preValidation: (request, _reply, done) => {
        bodies.end(request)
        const { params, body, headers, query } = request
        const source = sourceAt(params.source, acceptance.policies())
        const refuse = (error: Error) => {
          noteRefused(error, source.name, metrics)
          done(error)
        }
        let verified: Promise<void> | null
        try {
          refuseBySize(source, body)
          verified = verifyDelivery(source, rawOf(body), { headers, query }, door, Date.now())
        } catch (error) {
          return refuse(error as Error)
        }
        if (verified) verified.then(() => done(), refuse)
        else done()
      },
      handler: async (request, reply) => {
        const source = sourceAt(request.params.source, acceptance.policies())
        const { headers, id: request_id } = request
        const delivery = { request_id, received_at: new Date().toISOString() }
        const keep = (raw: Buffer, body: unknown, reasons: readonly string[]) =>
          quarantineRejected(
            { source, ...delivery, raw, body, headers, reasons },
            { quarantine: acceptance.ledger.quarantine, metrics, log },
          )
        let answers: AlertAnswer[]
        const ip = clientAddress(request)
        underWay.begin(ip)
        try {
          await rate?.count(source, request)
          const raw = rawOf(request.body)
          let body: unknown
          const read = async () => {
            body = await readDelivery(source, raw, headers)
            if (await confirmSubscription(source, body, door))
              log.event('subscription_confirmed', { request_id, source: source.name })
            return body
          }
          const keepRejected = async (taken: AlertAnswer[]) => {
            const reasons = rejectionsIn(taken)
            if (reasons.length > 0) await keep(raw, body, reasons)
            return taken
          }
          const keepUnreadable = async (problem: Problem): Promise<AlertAnswer[]> => {
            if (!isUnreadable(problem)) throw problem
            await keep(raw, undefined, [problem.message])
            if (!source.never_refuse_content) throw problem
            return [{ incident_id: null, outcome: 'rejected', reason: problem.message }]
          }
          const taken = acceptWebhook(source, { ...delivery, raw, read, headers }, acceptance)
          answers = await taken.then(keepRejected, keepUnreadable)
        } catch (error) {
          noteRefused(error, source.name, metrics)
          throw error
        } finally {
          underWay.end(ip)
        }
        for (const { outcome } of answers) {
          metrics.webhookEvents.inc({ source: source.name, outcome })
          if (outcome === 'accepted') metrics.jobsEnqueued.inc({ queue: 'normalize' })
        }
        if (statusOf(answers) === 202) metrics.webhookLastAccepted.set({ source: source.name }, Date.now() / 1000)
        tracing?.about(answers.flatMap(({ incident_id }) => incident_id ?? []))
        const rejected = answers.filter(({ outcome }) => outcome === 'rejected')
        const understood = rejected.length < answers.length
        // A sender that switches its subscription off after a few 4xx would lose the incidents after this one as well.
        if (!understood && !source.never_refuse_content) {
          throw new Problem('nothing_understood', boundedReasons(rejectionsIn(answers)).join('; '), {
            request_id,
            incidents: answers,
          })
        }
        const status = understood ? (source.only_200 ? 200 : statusOf(answers)) : 202
        const latency_ms = Math.round(reply.elapsedTime)
        logAnswers(answers, { request_id, route: WEBHOOKS, source: source.name, status, latency_ms }, log)
        return reply.code(status).send({ request_id, incidents: answers })
      },
    })
  })
}

const parseQuery = (query: unknown): IncidentQuery => {
  const parsed = IncidentQuery.safeParse(query)
  if (parsed.success) return parsed.data
  throw new Problem('query_invalid', explainIssues(parsed.error, query))
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
