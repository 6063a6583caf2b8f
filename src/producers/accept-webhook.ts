/** Accepting a delivery: read it, find the incident of each alert, and make it durable before anything is answered. */
import type { Queue } from 'bullmq'
import { sha256 } from '../shared/audit/digest.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { correlate, type Step } from '../shared/incident/correlate.ts'
import { defaultPrefix, identify } from '../shared/incident/identify.ts'
import { merge } from '../shared/incident/merge.ts'
import { DEFAULT_CORRELATION, runAt } from '../shared/incident/run-at.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { addJobCommand, type JobCommand } from '../shared/queue/stage-queues.ts'
import type { Source } from '../shared/sources/source.ts'
import { type StepOutcome, stepChange } from './step-change.ts'

export interface Delivery {
  request_id: string
  raw: Buffer
  body: unknown
  /** RFC 3339 with milliseconds. */
  received_at: string
}

export interface AlertAnswer {
  incident_id: string | null
  outcome: StepOutcome | 'ignored' | 'rejected'
  reason?: string
}

export interface Acceptance {
  ledger: IncidentLedger
  /** The one queue the producer knows. */
  queue: Queue
  policies(): PolicySet
}

/** A storm on one incident makes writers look again, each time one of them having got through; more is a fault. */
const MAX_TRIES = 64

const policyOf = (policies: PolicySet, incidentClass: string) => {
  const policy = policies.classes.get(incidentClass)
  return policy && 'card' in policy ? policy.card : null
}

/** The queue's part of a step: a new incident's job, or the end of its wait once what it waited for has come. */
const queueStep = async (queue: Queue, step: Step, policies: PolicySet, now: number): Promise<JobCommand | null> => {
  if (step.step === 'repeat' || step.step === 'close') return null
  const id = incidentOf(step)
  // The rule is that of the incident's class: a page alone may not know it.
  const rule = policyOf(policies, merge(id, step.sightings).incident_class) ?? DEFAULT_CORRELATION
  const start = runAt(step.sightings, rule, now)
  if (step.step === 'create')
    return step.sightings[0]?.status === 'resolved' ? null : addJobCommand(queue.backend, id, now, start)
  if (step.incident.status !== 'normalize' || start > now) return null
  const { keys } = queue.backend
  const names = ['delayed', 'wait', 'paused', 'meta', 'prioritized', 'active', 'pc', 'events', 'marker']
  return {
    command: 'promote',
    arguments: [...names.map((name) => keys[name] ?? ''), keys[''] ?? '', id],
  }
}

const acceptAlert = async (alert: Sighting, { ledger, queue, policies }: Acceptance): Promise<AlertAnswer[]> => {
  const now = alert.delivery.received_at
  const card = policyOf(policies(), alert.incident_class)
  const id = identify(alert, card?.prefix ?? defaultPrefix(alert.incident_class), now)
  // A page may have come first and given the incident its id: other sources of the fault still find it under their own.
  const keys = [...alert.correlation_keys, `id:${id}`]
  const done = new Map<string, StepOutcome>()
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { incidents, versions } = await ledger.findRelated(id, keys)
    const seen = keys.map((key, i) => ({ key, version: versions[i] ?? 0 }))
    const steps = correlate(alert, id, incidents).filter((step) => !done.has(incidentOf(step)))
    let conflict = false
    for (const [position, step] of steps.entries()) {
      // The first step moves the versions; the later ones are still checked by their incident's own chain head.
      const expected = position === 0 ? seen : seen.map(({ key }) => ({ key, version: null }))
      const { outcome, change } = stepChange(step, alert, expected, now)
      conflict = !(await ledger.apply(change, await queueStep(queue, step, policies(), Date.parse(now))))
      if (conflict) break
      done.set(incidentOf(step), outcome)
    }
    if (!conflict) return [...done].map(([incident_id, outcome]) => ({ incident_id, outcome }))
  }
  throw new Error(`incident ${id} is written to by too many at once: try again`)
}

const incidentOf = (step: Step) => (step.step === 'create' ? step.incident_id : step.incident.incident_id)

/**
 * One answer per alert and incident, in the delivery's order. When this returns, everything accepted is durable: the
 * incident, its audit record and its job were written in one atomic step each. When it throws, nothing was answered and
 * the sender tries again; what had been written already is then a duplicate.
 */
export const acceptWebhook = async (
  source: Source,
  { request_id, raw, body, received_at }: Delivery,
  acceptance: Acceptance,
): Promise<AlertAnswer[]> => {
  const delivery = { request_id, received_at, body_sha256: sha256(raw) }
  const answers: AlertAnswer[] = []
  for (const reading of source.read(body, received_at)) {
    if (reading.reading === 'alert') answers.push(...(await acceptAlert({ ...reading.alert, delivery }, acceptance)))
    else answers.push({ incident_id: null, outcome: reading.reading, reason: reading.reason })
  }
  return answers
}
