/** Accepting one alert: finds the incident it belongs to, and writes that, its audit record and its job in one step. */
import type { Queue } from 'bullmq'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { correlate, isOver, type Step } from '../shared/incident/correlate.ts'
import { correlationIndex } from '../shared/incident/correlation-index.ts'
import { defaultPrefix, identify } from '../shared/incident/identify.ts'
import { merge } from '../shared/incident/merge.ts'
import { DEFAULT_CORRELATION, runAt } from '../shared/incident/run-at.ts'
import type { IncidentLedger } from '../shared/ledger/incident-ledger.ts'
import { addJobCommand, type JobCommand } from '../shared/queue/stage-queues.ts'
import { type StepOutcome, stepChange } from './step-change.ts'

export interface Acceptance {
  ledger: IncidentLedger
  /** The one queue the producer knows. */
  queue: Queue
  policies(): PolicySet
}

/** Each try that fails means that another writer got through; this many is a fault. */
const MAX_TRIES = 64

/** Incidents looked at under each key: a measurement concerns one of them, a page all of a group. */
const REACH = { metric: 64, paging: 256 } as const satisfies Record<Sighting['kind'], number>

const policyOf = (policies: PolicySet, incidentClass: string) => {
  const policy = policies.classes.get(incidentClass)
  return policy && 'card' in policy ? policy.card : null
}

const incidentOf = (step: Step) => (step.step === 'create' ? step.incident_id : step.incident.incident_id)

/** The queue's part of a step: a new incident's job, or the end of its wait once what it waited for has come. */
const queueStep = async (queue: Queue, step: Step, policies: PolicySet, now: number): Promise<JobCommand | null> => {
  if (step.step === 'repeat' || step.step === 'close') return null
  const id = incidentOf(step)
  // The rule is that of the incident's class: a page alone may not know it.
  const rule = policyOf(policies, merge(id, step.sightings).incident_class) ?? DEFAULT_CORRELATION
  const start = runAt(step.sightings, rule, now)
  if (step.step === 'create') return isOver(step.sightings) ? null : addJobCommand(queue.backend, id, now, start)
  if (step.incident.status !== 'normalize' || start > now) return null
  const { keys } = queue.backend
  const names = ['delayed', 'wait', 'paused', 'meta', 'prioritized', 'active', 'pc', 'events', 'marker']
  return { command: 'promote', arguments: [...names.map((name) => keys[name] ?? ''), keys[''] ?? '', id] }
}

/**
 * The outcome for each incident concerned. Looks, decides and writes until nothing is left to write. A writer that was
 * first makes it look again; and having attached a page it looks once more, for the incidents that came before the page
 * could be seen in the index and after it looked. Those that come later see the page themselves.
 */
export const acceptAlert = async (
  alert: Sighting,
  { ledger, queue, policies }: Acceptance,
): Promise<Map<string, StepOutcome>> => {
  const now = alert.delivery.received_at
  const prefix = policyOf(policies(), alert.incident_class)?.prefix ?? defaultPrefix(alert.incident_class)
  const id = identify(alert, prefix, now)
  const { look, list } = correlationIndex(alert)
  const done = new Map<string, StepOutcome>()
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { incidents, versions } = await ledger.findRelated(id, look, REACH[alert.kind])
    const seen = look.map((key, i) => ({ key, version: versions[i] ?? 0 }))
    const steps = correlate(alert, id, incidents).filter(
      (step) => !done.has(incidentOf(step)) && !(done.size > 0 && step.step === 'repeat'),
    )
    if (steps.length === 0) return done
    let [conflict, attached] = [false, false]
    for (const step of steps) {
      // A page that attaches needs no more than the incident's own chain head: it looks again afterwards.
      const unchanged = alert.kind === 'metric' || step.step === 'create' ? seen : []
      const { outcome, change } = stepChange(step, alert, { unchanged, listed_under: list }, now)
      const queued = await queueStep(queue, step, policies(), Date.parse(now))
      crashPoint('accept:before-write')
      const applied = await ledger.apply(change, queued)
      crashPoint('accept:after-write')
      if (!applied) conflict = true
      else done.set(incidentOf(step), outcome)
      if (step.step === 'attach' || step.step === 'close') attached = true
    }
    if (!conflict && !(attached && alert.kind === 'paging')) return done
  }
  throw new Error(`incident ${id} is written to by too many at once: try again`)
}
