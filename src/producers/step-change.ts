/** Turns a correlation step into a ledger change: its audit records, the incident's new state, and where it is counted. */
import { chain, EMPTY_CHAIN } from '../shared/audit/record.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { Incident } from '../shared/contracts/incident.ts'
import { isOver, type Step } from '../shared/incident/correlate.ts'
import { nativeKeys } from '../shared/incident/correlation-index.ts'
import { merge } from '../shared/incident/merge.ts'
import type { LedgerChange } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import { closing, type Ended, voiding } from './end-incident.ts'
import { attaching, recordsOf, type Told } from './step-records.ts'

/** What one webhook answer says of each alert. */
export type StepOutcome = 'accepted' | 'attached' | 'duplicate' | 'closed'

/** Where the step's incident stands in the correlation index. */
export type Place = Pick<LedgerChange, 'unchanged' | 'listed_under'>

export interface Taken {
  outcome: StepOutcome
  change: LedgerChange
  /** The verdicts it gives. */
  ended: Ended[]
}

/** The pages of its group that an alert brings along: recorded one by one, and the incident found by their next states. */
const bringing = (incidentId: string, pages: readonly Sighting[], { unchanged, listed_under }: Place, at: string) => ({
  attached: pages.flatMap((page) => recordsOf(incidentId, { by: page, at }, [attaching(page)])),
  place: { unchanged, listed_under: [...listed_under, ...pages.flatMap(nativeKeys)] },
})

const create = (step: Extract<Step, { step: 'create' }>, told: Told, at: Place): Taken => {
  const { incident_id, sightings } = step
  const [, ...pages] = sightings
  const born = { incident_id, accepted_at: told.at, status: 'normalize' as const, verdict: null }
  const end = isOver(sightings) ? closing(born, told) : null
  const { attached, place } = bringing(incident_id, pages, at, told.at)
  const first = recordsOf(incident_id, told, [
    { event: 'webhook_received', decision_diff: { status: [null, 'normalize'] } },
  ])
  const linked = chain(EMPTY_CHAIN, [...first, ...attached, ...(end?.records ?? [])])
  return {
    outcome: end ? 'closed' : 'accepted',
    ended: end ? [end.ended] : [],
    change: {
      incident_id,
      expected_head: null,
      listed_at: Date.parse(told.at),
      repeats: 0,
      ...place,
      records: linked.records,
      fields: toFields({
        incident_id,
        incident_class: merge(incident_id, sightings).incident_class,
        status: 'normalize',
        accepted_at: told.at,
        sightings,
        ...end?.fields,
        ...linked.head,
      }),
      counts: { received: 1, [end ? 'verdict:closed' : 'in_flight']: 1 },
    },
  }
}

const join = (
  { step, incident, sightings }: Extract<Step, { step: 'attach' | 'close' }>,
  told: Told,
  at: Place,
): Taken => {
  const { incident_id } = incident
  const before = new Map(incident.sightings.map((known) => [known.source_key, known.status]))
  const pages = sightings.filter(({ source_key }) => source_key !== told.by.source_key && !before.has(source_key))
  const { attached, place } = bringing(incident_id, pages, at, told.at)
  const end = step === 'close' ? closing(incident, told) : voiding(incident, sightings, told)
  const first = recordsOf(incident_id, told, [attaching(told.by, before.get(told.by.source_key))])
  const linked = chain(incident, [...first, ...attached, ...(end?.records ?? [])])
  return {
    outcome: step === 'close' ? 'closed' : 'attached',
    ended: end ? [end.ended] : [],
    change: {
      incident_id,
      expected_head: incident.head,
      listed_at: null,
      repeats: 0,
      ...place,
      records: linked.records,
      fields: toFields({
        sightings,
        ...(incident.event && { event: merge(incident_id, sightings).event }),
        ...end?.fields,
        ...linked.head,
      }),
      counts: { received: 1, attached: 1, ...end?.counts },
    },
  }
}

const repeat = ({ incident_id }: Incident): Taken => ({
  outcome: 'duplicate',
  ended: [],
  change: {
    incident_id,
    expected_head: 'any',
    listed_at: null,
    repeats: 1,
    unchanged: [],
    listed_under: [],
    records: [],
    fields: {},
    counts: { received: 1, duplicates: 1 },
  },
})

/** `now` is RFC 3339. */
export const stepChange = (step: Step, alert: Sighting, at: Place, now: string): Taken => {
  const told: Told = { by: alert, at: now }
  switch (step.step) {
    case 'create':
      return create(step, told, at)
    case 'attach':
    case 'close':
      return join(step, told, at)
    case 'repeat':
      return repeat(step.incident)
  }
}
