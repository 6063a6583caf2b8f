/** Accepting one alert: finds the incident it belongs to, and writes that, its audit record and its job in one step. */
import type { Queue } from 'bullmq'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { correlate, type Step } from '../shared/incident/correlate.ts'
import { correlationIndex } from '../shared/incident/correlation-index.ts'
import { defaultPrefix, identify } from '../shared/incident/identify.ts'
import { merge } from '../shared/incident/merge.ts'
import { isOver } from '../shared/incident/occurrence.ts'
import { DEFAULT_CORRELATION, runAt } from '../shared/incident/run-at.ts'
import type { IncidentLedger, Related } from '../shared/ledger/incident-ledger.ts'
import { Problem } from '../shared/problem.ts'
import { priorityOf } from '../shared/queue/job-priority.ts'
import { addJobCommand, type JobCommand } from '../shared/queue/stage-queues.ts'
import type { Reading, Source } from '../shared/sources/source.ts'
import type { DeliveryMemory } from './door/delivery-memory.ts'
import type { Place, StepOutcome, Taken, TakenAgain, Told } from './step.ts'
import { stepChange } from './step-change.ts'

export interface Acceptance {
  ledger: IncidentLedger
  /** The one queue the producer knows. */
  queue: Queue
  policies(): PolicySet
  /** Throws where there is no room for a delivery as urgent as this one. */
  admit?(source: Source, readings: readonly Reading[]): void
  /** Set where a person has a kept delivery taken again: the records then say so. */
  order?: TakenAgain
  /** Where repeats of a whole delivery are known again; without it each alert is looked up. */
  memory?: DeliveryMemory
  /** Told of every step that was taken, once it is durable. */
  observe?(taken: Taken): void
}

/** Each try that fails means that another writer got through; after this many the sender is asked to come again. */
const MAX_TRIES = 64

/** Incidents looked at under each key at once: a measurement concerns one of them, a page all of a group. */
const REACH = { metric: 64, paging: 256 } as const satisfies Record<Sighting['kind'], number>

/**
 * What fires and was measured is nearly always new at the door, since a repeat of a delivery is known there. It is written as
 * if nothing were known of it, which the step checks as it checks all it was decided on; where that fails, one looks.
 */
const isProbablyNew = ({ kind, status }: Sighting): boolean => kind === 'metric' && status === 'firing'
const NOTHING_KNOWN: Related = { incidents: [], versions: [] }

const policyOf = (policies: PolicySet, incidentClass: string) => {
  const policy = policies.classes.get(incidentClass)
  return policy && 'card' in policy ? policy.card : null
}

const incidentOf = (step: Step) => (step.step === 'create' ? step.incident_id : step.incident.incident_id)

/** The queue's part of a step: a new incident's job, or the end of its wait once what it waited for has come. */
const queueStep = async (queue: Queue, step: Step, policies: PolicySet, now: number): Promise<JobCommand | null> => {
  if (step.step === 'repeat' || step.step === 'close') return null
  const id = incidentOf(step)
  const { incident_class, event } = merge(id, step.sightings)
  // The rule is that of the incident's class: a page alone may not know it.
  const rule = policyOf(policies, incident_class) ?? DEFAULT_CORRELATION
  const start = runAt(step.sightings, rule, now)
  if (step.step === 'create') {
    const { backend, opts } = queue
    return isOver(step.sightings)
      ? null
      : addJobCommand(backend, id, now, start, opts.telemetry, priorityOf(event.severity))
  }
  if (step.incident.status !== 'normalize' || start > now) return null
  const { keys } = queue.backend
  const names = ['delayed', 'wait', 'paused', 'meta', 'prioritized', 'active', 'pc', 'events', 'marker']
  return { command: 'promote', arguments: [...names.map((name) => keys[name] ?? ''), keys[''] ?? '', id] }
}

/** Writes one step; null when another writer was first, and nothing was written. */
const write = async (
  step: Step,
  told: Told,
  place: Place,
  { ledger, queue, policies, observe }: Acceptance,
): Promise<StepOutcome | null> => {
  const taken = stepChange(step, told, place)
  const { change, also } = taken
  const queued = await queueStep(queue, step, policies(), Date.parse(told.at))
  crashPoint('accept:before-write')
  const applied = await ledger.apply(change, queued, also)
  crashPoint('accept:after-write')
  if (!applied) return null
  observe?.(taken)
  return taken.outcome
}

/**
 * The outcome for each incident concerned. Looks, decides and writes until nothing is left to write. A writer that was
 * first makes it look again; and having attached a page it looks once more, for the incidents that came before the page
 * could be seen in the index and after it looked. Those that come later see the page themselves.
 */
export const acceptAlert = async (alert: Sighting, acceptance: Acceptance): Promise<Map<string, StepOutcome>> => {
  const { ledger, policies, order } = acceptance
  const at = alert.delivery.received_at
  const prefix = policyOf(policies(), alert.incident_class)?.prefix ?? defaultPrefix(alert.incident_class)
  const id = identify(alert, prefix, at)
  const { look, list } = correlationIndex(alert)
  const reach = REACH[alert.kind]
  const done = new Map<string, StepOutcome>()
  let from = 0
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { incidents, versions } =
      tries === 0 && isProbablyNew(alert) ? NOTHING_KNOWN : await ledger.findRelated(id, look, reach, from)
    const seen = look.map((key, i) => ({ key, version: versions[i] ?? 0 }))
    const steps = correlate(alert, id, incidents).filter(({ step }) => step !== 'create' || done.size === 0)
    // What was written before is a repeat of itself, until somebody else has changed what it means.
    const news = steps.filter(({ step }) => step !== 'repeat' || done.size === 0)
    let [conflict, attached] = [false, false]
    for (const step of news) {
      const incident = incidentOf(step)
      const again = done.has(incident)
      // A page that attaches needs no more than the incident's own chain head: it looks again afterwards.
      const unchanged = alert.kind === 'metric' || step.step === 'create' ? seen : []
      const outcome = await write(
        step,
        { by: alert, at, again, ...(order && { order }) },
        { unchanged, listed_under: list },
        acceptance,
      )
      if (outcome === null) conflict = true
      else if (!again || outcome === 'closed') done.set(incident, outcome)
      if (step.step === 'attach' || step.step === 'close') attached = true
    }
    if (conflict) continue
    if (alert.kind === 'metric') return done
    if (attached) continue
    // Nothing is new here; behind those that changed last there may be more of a large group.
    if (steps.length === 0 || incidents.length < reach) return done
    from += reach
  }
  throw new Problem(
    'incident_contended',
    `incident ${id} was changed by others at each of ${MAX_TRIES} tries: send it again`,
  )
}
