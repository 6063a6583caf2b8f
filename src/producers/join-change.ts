/** What an alert changes in an incident that exists: it attaches, may end it, and may make other incidents part of it. */
import { chain } from '../shared/audit/record.ts'
import type { Sighting } from '../shared/contracts/alert.ts'
import type { AuditRecord } from '../shared/contracts/audit-record.ts'
import type { Incident } from '../shared/contracts/incident.ts'
import type { Step } from '../shared/incident/correlate.ts'
import { correlationIndex } from '../shared/incident/correlation-index.ts'
import { merge } from '../shared/incident/merge.ts'
import { isOver } from '../shared/incident/occurrence.ts'
import { changeTo, type LedgerChange } from '../shared/ledger/change.ts'
import { replacedBy, toFields } from '../shared/ledger/incident-fields.ts'
import { closing, type Ending, voiding } from './end-incident.ts'
import type { Place, Taken, Told } from './step.ts'
import { bringing, recordsOf } from './step-records.ts'

const MUTABLE = ['severity', 'correlation_keys'] as const

/** What a source is known by now, where that is not as it was: its status always, the rest where it changed. */
const diffOf = (was: Sighting | undefined, is: Sighting): AuditRecord['decision_diff'] => ({
  [is.source_key]: [was?.status ?? null, is.status],
  ...Object.fromEntries(
    MUTABLE.filter((field) => was && JSON.stringify(was[field]) !== JSON.stringify(is[field])).map((field) => [
      `${is.source_key}.${field}`,
      [was?.[field], is[field]],
    ]),
  ),
})

/** What the next record replaces, by its number: a replay starts from what was known at the time. */
const replaced = ({ records }: Incident, was: readonly Sighting[]): Record<string, string> =>
  was.length > 0 ? { [replacedBy(records)]: JSON.stringify(was) } : {}

/** A blocked incident stays so when its sources say that it is over; from then on it waits for nobody. */
const mending = (
  { status, verdict, sightings: was }: Incident,
  is: readonly Sighting[],
  at: string,
): Taken['mended'] => (status === 'blocked' && verdict && isOver(is) && !isOver(was) ? { verdict, at } : null)

/** The end of an incident that is part of another now: nothing of it is lost, since that one has all its pages. */
const absorbing = (incident: Incident, into: string, told: Told): { ending: Ending; change: LedgerChange } => {
  const ending = closing(incident, told, into)
  const linked = chain(incident, ending.records)
  const change = changeTo(incident, {
    records: linked.records,
    fields: toFields({ ...ending.fields, ...linked.head }),
    counts: ending.counts,
  })
  return { ending, change }
}

export const join = (
  { step, incident, sightings, absorbs }: Extract<Step, { step: 'attach' | 'close' }>,
  told: Told,
  at: Place,
): Taken => {
  const { incident_id } = incident
  const before = new Map(incident.sightings.map((known) => [known.source_key, known]))
  const changed = sightings.filter((is) => before.get(is.source_key) !== is)
  const isTold = ({ source_key }: Sighting) => before.has(source_key) || source_key === told.by.source_key
  const pages = changed.filter((is) => !isTold(is))
  const decision_diff = {
    ...Object.assign({}, ...changed.filter(isTold).map((is) => diffOf(before.get(is.source_key), is))),
    ...(absorbs.length > 0 && { absorbed: [null, absorbs.map((absorbed) => absorbed.incident_id)] }),
  }
  const { attached, place } = bringing(incident_id, pages, at, told.at)
  const end = step === 'close' ? closing(incident, told) : voiding(incident, sightings, told)
  // What is known of it elsewhere may be in it by now: a replay finds it by the digest of what is kept.
  const kept = sightings.find(({ source_key }) => source_key === told.by.source_key)
  const first = recordsOf(incident_id, told, [{ event: 'source_attached', decision_diff }], kept)
  const linked = chain(incident, [...first, ...attached, ...(end?.records ?? [])])
  const mended = mending(incident, sightings, told.at)
  const absorbed = absorbs.map((one) => absorbing(one, incident_id, told))
  return {
    outcome: step === 'close' ? 'closed' : 'attached',
    ended: [
      ...(end ? [end.ended] : []),
      ...absorbed.map(({ ending }) => ending.ended).filter(({ from }) => from !== 'closed'),
    ],
    mended,
    also: absorbed.map(({ change }) => change),
    change: changeTo(incident, {
      unchanged: place.unchanged,
      // Whoever would have found an absorbed incident finds this one.
      listed_under: [
        ...place.listed_under,
        ...absorbs.flatMap((one) => one.sightings.flatMap((page) => correlationIndex(page).list)),
      ],
      records: linked.records,
      fields: {
        ...(mended && { mended: mended.at }),
        ...replaced(
          incident,
          changed.flatMap((is) => before.get(is.source_key) ?? []),
        ),
        ...toFields({
          sightings,
          ...(incident.event && { event: merge(incident_id, sightings).event }),
          ...end?.fields,
          ...linked.head,
        }),
      },
      counts: { ...(!told.again && { received: 1, attached: 1 }), ...end?.counts },
    }),
  }
}
