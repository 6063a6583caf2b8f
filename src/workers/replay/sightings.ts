/**
 * What the sources had said by a point of the trace. The record holds their sightings as they are now; the trace says
 * what came when, and names by digest what each source said first, so that an earlier state is proven, not guessed.
 */
import { contentDigests } from '../../shared/audit/record.ts'
import type { Sighting } from '../../shared/contracts/alert.ts'
import type { AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { type Difference, differing } from './difference.ts'

interface Seen {
  now: Sighting
  /** As the source said it first: a later state only says that it is over, and since when. */
  first: Sighting
  /** The record that brought it. */
  record: AuditRecord
  /** Where in the trace its later state came; null while it has none. */
  changedAt: number | null
}

export interface SightingHistory {
  /** In the order in which they came. */
  seen: Seen[]
  /** Sightings that are not the ones the trace names. */
  differences: Difference[]
}

interface Arrival {
  record: AuditRecord
  /** Null for the first of all: its record does not name it. */
  source_key: string | null
  later: AuditRecord | null
}

const arrivalsIn = (trace: readonly AuditRecord[]): Arrival[] => {
  const arrivals: Arrival[] = []
  for (const record of trace) {
    if (record.event === 'webhook_received') arrivals.push({ record, source_key: null, later: null })
    if (record.event !== 'source_attached') continue
    for (const [source_key, [before]] of Object.entries(record.decision_diff)) {
      if (before === null) arrivals.push({ record, source_key, later: null })
      else {
        const known = arrivals.find((arrival) => arrival.source_key === source_key) ?? arrivals[0]
        if (known) known.later = record
      }
    }
  }
  return arrivals
}

export const sightingHistory = (
  { sightings }: Pick<Incident, 'sightings'>,
  trace: readonly AuditRecord[],
): SightingHistory => {
  const arrivals = arrivalsIn(trace)
  const attached = new Set(arrivals.map(({ source_key }) => source_key))
  const history: SightingHistory = { seen: [], differences: [] }
  const found = new Set<Sighting>()
  for (const { record, source_key, later } of arrivals) {
    const now = sightings.find((known) =>
      source_key === null ? !attached.has(known.source_key) : known.source_key === source_key,
    )
    if (!now) {
      const member = `sightings.${source_key ?? 'the first'}`
      history.differences.push({ stage: 'accept', member, recorded: record.output_digest, replayed: 'not stored' })
      continue
    }
    found.add(now)
    const first: Sighting = later ? { ...now, status: 'firing', ends_at: null } : now
    const { input_digest, output_digest } = contentDigests(
      { source_key: first.source_key, delivery: first.delivery },
      first,
    )
    const { input_digest: recordedInput, output_digest: recordedOutput } = record
    history.differences.push(
      ...differing(
        'accept',
        `sightings.${now.source_key}`,
        { input_digest: recordedInput, output_digest: recordedOutput },
        { input_digest, output_digest },
      ),
    )
    history.seen.push({ now, first, record, changedAt: later?.seq ?? null })
  }
  for (const { source_key } of sightings.filter((known) => !found.has(known)))
    history.differences.push({
      stage: 'accept',
      member: `sightings.${source_key}`,
      recorded: 'not in the trace',
      replayed: 'stored',
    })
  return history
}

/** In the order in which they came; the record keeps them in that order or in `inOrder`'s. */
export const sightingsBefore = ({ seen }: SightingHistory, seq: number): Sighting[] =>
  seen
    .filter(({ record }) => record.seq < seq)
    .map(({ now, first, changedAt }) => (changedAt !== null && changedAt < seq ? now : first))
