/** The demo's view of the API: it sends what a sender would send, and asks what anybody may ask. */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { SourceName } from '../../shared/contracts/alert.ts'
import { Blocker } from '../../shared/contracts/blocker.ts'
import { IncidentId } from '../../shared/contracts/identifiers.ts'
import { IncidentStatus, Verdict } from '../../shared/contracts/incident.ts'

/** For one request; the API itself answers or gives up sooner. */
const REQUEST_DEADLINE_MS = 15_000
/** For one verdict: seconds on a real Redis, more on the JavaScript stand-in. */
const VERDICT_DEADLINE_MS = 30_000
const POLL_EVERY_MS = 40

const Answer = z.object({
  incidents: z
    .array(z.object({ incident_id: IncidentId.nullable(), outcome: z.string(), reason: z.string().optional() }))
    .default([]),
  code: z.string().optional(),
  detail: z.string().optional(),
})
/** What the API answered to one delivery. */
export type DeliveryAnswer = z.infer<typeof Answer> & { status: number }

const Seen = z.object({
  incident_id: IncidentId,
  incident_class: z.string(),
  status: IncidentStatus,
  sources: z.array(z.object({ source: SourceName })),
  stages: z.object({
    normalize: z.unknown().optional(),
    readiness: z.object({ score: z.number().nullable(), blockers: z.array(Blocker) }).optional(),
    'dry-run': z.unknown().optional(),
  }),
  verdict: Verdict.nullable(),
})
export type SeenIncident = z.infer<typeof Seen>

export interface ApiClient {
  send(source: SourceName, body: string): Promise<DeliveryAnswer>
  /** Waits for the verdict; at the deadline the incident is returned as it is, without one. */
  untilVerdict(incidentId: string): Promise<SeenIncident>
}

/** `signal` ends whatever is under way, once the request in hand is answered: the API then has nothing to wait for. */
export const apiClient = (address: string, signal: AbortSignal): ApiClient => {
  const request = async (path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${address}${path}`, { ...init, signal: AbortSignal.timeout(REQUEST_DEADLINE_MS) })
    const body: unknown = await response.json()
    signal.throwIfAborted()
    return { status: response.status, body }
  }
  const incident = async (id: string): Promise<SeenIncident> => Seen.parse((await request(`/incidents/${id}`)).body)

  return {
    send: async (source, body) => {
      const headers = { 'content-type': 'application/json' }
      const { status, body: answer } = await request(`/webhooks/${source}`, { method: 'POST', headers, body })
      return { ...Answer.parse(answer), status }
    },
    untilVerdict: async (id) => {
      for (const deadline = Date.now() + VERDICT_DEADLINE_MS; ; ) {
        const seen = await incident(id)
        if (seen.verdict !== null || Date.now() > deadline) return seen
        await delay(POLL_EVERY_MS, undefined, { signal })
      }
    },
  }
}
