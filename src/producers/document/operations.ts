/** Everything the API answers, by method and route; a test holds it to the routes that are there. */
import { z } from 'zod'
import { SourceName } from '../../shared/contracts/alert.ts'
import { Health, Readiness } from '../../shared/contracts/health.ts'
import { IncidentList, IncidentView, Trace } from '../../shared/contracts/incident-view.ts'
import { ReviewAnswer, ReviewOrder } from '../../shared/contracts/review.ts'
import { StopsInForce, SwitchAnswer, SwitchOrder } from '../../shared/contracts/stop.ts'
import { WebhookAnswer } from '../../shared/contracts/webhook-answer.ts'
import { IncidentQuery } from '../../shared/ledger/list-incidents.ts'
import type { ProblemCode } from '../../shared/problem.ts'
import type { Operation } from './operation.ts'

/** Of every route that asks Redis. */
const STORED = ['redis_unavailable', 'internal_error'] as const satisfies ProblemCode[]
/** Of every route that takes JSON. */
const TAKES_JSON = [
  ...(['request_invalid', 'body_empty', 'body_not_json', 'json_too_complex'] as const),
  ...(['body_too_large', 'content_type_unsupported'] as const),
] satisfies ProblemCode[]

/** Who gives an order is whoever is logged in; only where no login is set up does the body say so. */
const SIGNED = { by: true } as const

const id = z.string().describe('as a webhook answered it, or GET /incidents lists it, e.g. HM-2026-05-17-01')
const AN_INCIDENT = z.object({ id })

const DELIVERY: Operation = {
  id: 'deliver',
  tag: 'webhooks',
  summary: 'Report alerts, as the sources send them',
  description:
    'The body is what the source sends, unchanged. When this answers 2xx, everything accepted is durable. Sent again, it is counted and changes nothing; after a 429 or 503, or no answer, send it again. To sources that switch a subscription off after a few refusals, a delivery that cannot be understood is answered 202.',
  params: z.object({
    source: z
      .union([z.enum(SourceName.exclude(['custom']).options), z.string().regex(/^custom:[a-z0-9][a-z0-9_-]{0,63}$/)])
      .describe('a source, or `custom:` and the name of a mapping of the policy folder'),
  }),
  body: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).describe("the source's own format"),
  takes: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'],
  answers: {
    200: { means: 'Nothing new came of it, or the source takes no other answer', body: WebhookAnswer },
    202: { means: 'Something new came of it', body: WebhookAnswer },
  },
  problems: [
    ...([...TAKES_JSON, 'body_not_form', 'source_unknown', 'nothing_understood'] as const),
    ...([
      'content_encoding_unsupported',
      'signature_invalid',
      'sender_refused',
      'sns_unavailable',
      'issuer_unavailable',
    ] as const),
    ...(['rate_limited', 'overloaded', 'incident_contended', 'shutting_down', ...STORED] as const),
  ],
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /webhooks/:source': DELIVERY,
  'PUT /webhooks/:source': { ...DELIVERY, id: 'deliverByPut' },
  'OPTIONS /webhooks/cloudevents': {
    id: 'allowCloudEvents',
    tag: 'webhooks',
    summary: 'The handshake of CloudEvents over HTTP',
    headers: z.object({
      'webhook-request-origin': z.string().min(1).describe('the system that will send events'),
      'webhook-request-rate': z.string().optional(),
    }),
    answers: { 200: { means: 'Events are welcome; webhook-allowed-origin repeats the origin', body: z.null() } },
    problems: ['request_invalid', 'internal_error'],
  },
  'GET /incidents': {
    id: 'listIncidents',
    tag: 'incidents',
    role: 'viewer',
    summary: 'List incidents, newest first',
    query: IncidentQuery,
    answers: { 200: { means: 'A page of them', body: IncidentList } },
    problems: ['query_invalid', ...STORED],
  },
  'GET /incidents/:id': {
    id: 'showIncident',
    tag: 'incidents',
    role: 'viewer',
    summary: 'What happened to one incident, and why',
    params: AN_INCIDENT,
    answers: { 200: { means: 'The incident, with what each stage came to', body: IncidentView } },
    problems: ['request_invalid', 'incident_unknown', ...STORED],
  },
  'GET /incidents/:id/trace': {
    id: 'traceIncident',
    tag: 'incidents',
    role: 'viewer',
    summary: 'The audit records of one incident',
    params: AN_INCIDENT,
    answers: { 200: { means: 'All of them', body: Trace } },
    problems: ['request_invalid', 'incident_unknown', ...STORED],
  },
  'POST /incidents/:id/review': {
    id: 'reviewIncident',
    tag: 'incidents',
    role: 'reviewer',
    summary: 'Approve or deny the plan of an incident that waits for a person',
    params: AN_INCIDENT,
    body: ReviewOrder.partial(SIGNED),
    answers: { 200: { means: 'It was taken', body: ReviewAnswer } },
    problems: [...TAKES_JSON, 'review_invalid', 'incident_unknown', 'review_refused', ...STORED],
  },
  'GET /kill-switch': {
    id: 'showStops',
    tag: 'kill switch',
    role: 'viewer',
    summary: 'What is stopped, since when and by whom, and how much it holds',
    answers: { 200: { means: 'The stops in force, and the last orders', body: StopsInForce } },
    problems: STORED,
  },
  'PUT /kill-switch': {
    id: 'orderStop',
    tag: 'kill switch',
    role: 'operator',
    summary: 'Stop a scope, or resume it',
    body: SwitchOrder.partial(SIGNED),
    answers: { 200: { means: 'It is so from here on', body: SwitchAnswer } },
    problems: [...TAKES_JSON, 'kill_switch_invalid', ...STORED],
  },
  'GET /healthz': {
    id: 'health',
    tag: 'probes',
    summary: 'The process lives; asks nobody',
    answers: { 200: { means: 'It does', body: Health } },
    problems: ['internal_error'],
  },
  'GET /readyz': {
    id: 'readiness',
    tag: 'probes',
    summary: 'Whether work may be sent here',
    answers: {
      200: { means: 'It may', body: Readiness },
      503: { means: 'It may not; checks say why', body: Readiness },
    },
    problems: ['internal_error'],
  },
  'GET /metrics': {
    id: 'metrics',
    tag: 'probes',
    summary: 'For Prometheus',
    answers: {
      200: {
        means: 'Every metric; with exemplars where OpenMetrics is accepted',
        body: z.string(),
        as: ['text/plain', 'application/openmetrics-text'],
      },
    },
    problems: ['internal_error'],
  },
}
