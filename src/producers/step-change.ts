/** Turns a correlation step into a ledger change: its audit records, the incident's new state, and where it is counted. */
import { chain, contentDigests, EMPTY_CHAIN, type RecordContent } from '../shared/audit/record.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { Incident, IncidentStatus, Verdict } from '../shared/contracts/incident.ts'
import { isOver, type Step } from '../shared/incident/correlate.ts'
import { nativeKeys } from '../shared/incident/correlation-index.ts'
import { merge } from '../shared/incident/merge.ts'
import type { LedgerChange } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'

/** What one webhook answer says of each alert. */
export type StepOutcome = 'accepted' | 'attached' | 'duplicate' | 'closed'

type Content = Pick<RecordContent, 'event' | 'decision_diff'>

const records = (incidentId: string, now: string, about: Sighting, contents: readonly Content[]): RecordContent[] => {
  const digests = contentDigests({ source_key: about.source_key, delivery: about.delivery }, about)
  return contents.map((content) => ({
    ...content,
    at: now,
    incident_id: incidentId,
    stage: 'accept' as const,
    actor: `webhook:${about.source}`,
    ...digests,
    policy_digest: null,
  }))
}

const closedBy = (now: string): Verdict => ({ verdict: 'closed', stage: 'accept', blockers: [], at: now })
const closing = (from: IncidentStatus | null): Content => ({
  event: 'closed',
  decision_diff: { status: [from, 'closed'] },
})

/** Where the step's incident stands in the correlation index. */
export type Place = Pick<LedgerChange, 'unchanged' | 'listed_under'>

const attaching = ({ source_key, status }: Sighting, before: Sighting['status'] | null = null): Content => ({
  event: 'source_attached',
  decision_diff: { [source_key]: [before, status] },
})

/** The pages of its group that an alert brings along: recorded one by one, and the incident found by their next states. */
const bringing = (incidentId: string, pages: readonly Sighting[], { unchanged, listed_under }: Place, now: string) => ({
  attached: pages.flatMap((page) => records(incidentId, now, page, [attaching(page)])),
  place: { unchanged, listed_under: [...listed_under, ...pages.flatMap(nativeKeys)] },
})

const create = (step: Extract<Step, { step: 'create' }>, alert: Sighting, at: Place, now: string) => {
  const { incident_id, sightings } = step
  const resolved = isOver(sightings)
  const born = records(incident_id, now, alert, [
    { event: 'webhook_received', decision_diff: { status: [null, 'normalize'] } },
  ])
  const [, ...pages] = sightings
  const { attached, place } = bringing(incident_id, pages, at, now)
  const closed = resolved ? records(incident_id, now, alert, [closing('normalize')]) : []
  const linked = chain(EMPTY_CHAIN, [...born, ...attached, ...closed])
  const status: IncidentStatus = resolved ? 'closed' : 'normalize'
  return {
    incident_id,
    expected_head: null,
    listed_at: Date.parse(now),
    repeats: 0,
    ...place,
    records: linked.records,
    fields: toFields({
      incident_id,
      incident_class: merge(incident_id, sightings).incident_class,
      status,
      accepted_at: now,
      sightings,
      ...(resolved && { verdict: closedBy(now) }),
      ...linked.head,
    }),
    counts: { received: 1, [resolved ? 'verdict:closed' : 'in_flight']: 1 },
  } satisfies LedgerChange
}

/** Where an incident of this status is counted. */
const counter = (status: IncidentStatus, verdict: Verdict | null) => (verdict ? `verdict:${status}` : 'in_flight')

const join = (
  { step, incident, sightings }: Extract<Step, { step: 'attach' | 'close' }>,
  alert: Sighting,
  at: Place,
  now: string,
) => {
  const { incident_id, status, verdict } = incident
  const closes = step === 'close'
  const before = new Map(incident.sightings.map((known) => [known.source_key, known.status]))
  const pages = sightings.filter(({ source_key }) => source_key !== alert.source_key && !before.has(source_key))
  const { attached, place } = bringing(incident_id, pages, at, now)
  const told = records(incident_id, now, alert, [attaching(alert, before.get(alert.source_key))])
  const closed = closes ? records(incident_id, now, alert, [closing(status)]) : []
  const linked = chain(incident, [...told, ...attached, ...closed])
  return {
    incident_id,
    expected_head: incident.head,
    listed_at: null,
    repeats: 0,
    ...place,
    records: linked.records,
    fields: toFields({
      sightings,
      ...(incident.event && { event: merge(incident_id, sightings).event }),
      ...(closes && { status: 'closed', verdict: closedBy(now) }),
      ...linked.head,
    }),
    counts: {
      received: 1,
      attached: 1,
      ...(closes && { [counter(status, verdict)]: -1, 'verdict:closed': 1 }),
    },
  } satisfies LedgerChange
}

const repeat = ({ incident_id }: Incident) =>
  ({
    incident_id,
    expected_head: 'any',
    listed_at: null,
    repeats: 1,
    unchanged: [],
    listed_under: [],
    records: [],
    fields: {},
    counts: { received: 1, duplicates: 1 },
  }) satisfies LedgerChange

/** `now` is RFC 3339. */
export const stepChange = (
  step: Step,
  alert: Sighting,
  at: Place,
  now: string,
): { outcome: StepOutcome; change: LedgerChange } => {
  switch (step.step) {
    case 'create':
      return {
        outcome: isOver(step.sightings) ? 'closed' : 'accepted',
        change: create(step, alert, at, now),
      }
    case 'attach':
      return { outcome: 'attached', change: join(step, alert, at, now) }
    case 'close':
      return { outcome: 'closed', change: join(step, alert, at, now) }
    case 'repeat':
      return { outcome: 'duplicate', change: repeat(step.incident) }
  }
}
