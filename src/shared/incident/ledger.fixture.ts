/** A ledger in memory that takes alerts as the accept path does, for the tests of correlation. */

import type { Sighting } from '../contracts/alert.ts'
import type { Incident, Verdict } from '../contracts/incident.ts'
import { correlate, type Step } from './correlate.ts'
import { correlationIndex, nativeKeys } from './correlation-index.ts'
import { identify } from './identify.ts'
import { sumUp } from './merge.ts'
import { isOver } from './occurrence.ts'
import { at } from './sightings.fixture.ts'

export const idOf = (alert: Sighting) => identify(alert, 'HM', alert.delivery.received_at)

export const partOf = (attached_to: string): Verdict => ({
  ...{ verdict: 'closed', stage: 'accept', blockers: [], at: at(0) },
  attached_to,
})

/** Takes alerts as the accept path does: looks up what shares an id or a key, correlates, and applies the steps. */
export class Ledger {
  readonly incidents = new Map<string, Incident>()

  readonly listed = new Map<string, Set<string>>()

  related(alert: Sighting): Incident[] {
    const { look } = correlationIndex(alert)
    const found = new Set([idOf(alert), ...look.flatMap((key) => [...(this.listed.get(key) ?? [])])])
    return [...this.incidents.values()].filter(({ incident_id }) => found.has(incident_id))
  }

  /** The steps as `<what> <incident id>`. */
  receive(...alerts: Sighting[]): string[] {
    return alerts.flatMap((alert) => {
      const steps = correlate(alert, idOf(alert), this.related(alert))
      for (const step of steps) this.apply(step, alert)
      return steps.map(
        (step) => `${step.step} ${step.step === 'create' ? step.incident_id : step.incident.incident_id}`,
      )
    })
  }

  apply(step: Step, alert: Sighting): void {
    if (step.step === 'repeat') return
    const known = step.step === 'create' ? null : step.incident
    const incident_id = step.step === 'create' ? step.incident_id : step.incident.incident_id
    const pages = step.sightings.filter(({ kind }) => kind === 'paging')
    const absorbs = step.step === 'create' ? [] : step.absorbs
    const theirs = absorbs.flatMap(({ sightings }) => sightings.flatMap((page) => correlationIndex(page).list))
    for (const key of [...correlationIndex(alert).list, ...pages.flatMap(nativeKeys), ...theirs])
      this.listed.set(key, (this.listed.get(key) ?? new Set()).add(incident_id))
    for (const absorbed of absorbs)
      this.incidents.set(absorbed.incident_id, { ...absorbed, status: 'closed', verdict: partOf(incident_id) })
    const over = step.step === 'close' || (known === null && isOver(step.sightings))
    this.incidents.set(incident_id, {
      incident_id,
      incident_class: 'high_memory_usage',
      accepted_at: alert.delivery.received_at,
      duplicates: 0,
      event: null,
      decisions: {},
      verdict: null,
      head: '0'.repeat(64),
      records: 1,
      ...known,
      status: over ? 'closed' : (known?.status ?? 'normalize'),
      sightings: step.sightings,
      seen: sumUp(step.sightings),
    })
  }

  end(incidentId: string, status: Incident['status']): void {
    const incident = this.incidents.get(incidentId)
    if (incident) this.incidents.set(incidentId, { ...incident, status })
  }

  /** The incidents that are not part of another. */
  standing(): Incident[] {
    return [...this.incidents.values()].filter(({ verdict }) => !verdict?.attached_to)
  }

  /** The source keys of each incident, so that ledgers can be compared whatever the ids are. */
  membership(): string[] {
    return this.standing()
      .map(({ sightings }) => sightings.map(({ source_key }) => source_key).join())
      .sort()
  }

  statuses(): string[] {
    return this.standing()
      .map(({ status }) => status)
      .sort()
  }
}

export const given = (...alerts: Sighting[]): Ledger => {
  const ledger = new Ledger()
  ledger.receive(...alerts)
  return ledger
}
