/** Turns a correlation step into a ledger change: its audit records, the incident's new state, and where it is counted. */
import { chain, EMPTY_CHAIN, type RecordContent } from '../shared/audit/record.ts'
import type { Incident } from '../shared/contracts/incident.ts'
import type { Step } from '../shared/incident/correlate.ts'
import { merge } from '../shared/incident/merge.ts'
import { isOver } from '../shared/incident/occurrence.ts'
import { changeTo } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import { closing } from './end-incident.ts'
import { join } from './join-change.ts'
import type { Place, Taken, Told } from './step.ts'
import { bringing, recordsOf } from './step-records.ts'

const create = (step: Extract<Step, { step: 'create' }>, told: Told, at: Place): Taken => {
  const { incident_id, sightings } = step
  const [kept, ...pages] = sightings
  const born = { incident_id, accepted_at: told.at, status: 'normalize' as const, verdict: null }
  const end = isOver(sightings) ? closing(born, told) : null
  const { attached, place } = bringing(incident_id, pages, at, told.at)
  const decision_diff: RecordContent['decision_diff'] = { status: [null, 'normalize'] }
  const first = recordsOf(incident_id, told, [{ event: 'webhook_received', decision_diff }], kept)
  const linked = chain(EMPTY_CHAIN, [...first, ...attached, ...(end?.records ?? [])])
  return {
    outcome: end ? 'closed' : 'accepted',
    ended: end ? [end.ended] : [],
    mended: null,
    also: [],
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

const repeat = (incident: Incident): Taken => ({
  outcome: 'duplicate',
  ended: [],
  mended: null,
  also: [],
  change: changeTo(incident, { expected_head: 'any', repeats: 1, counts: { received: 1, duplicates: 1 } }),
})

export const stepChange = (step: Step, told: Told, at: Place): Taken => {
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
