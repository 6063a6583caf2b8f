/**
 * What the sources had said by a point of the trace. The record holds their sightings as they are now; the trace says
 * what came when, and names by digest what each source said first, so that an earlier state is proven, not guessed.
 */
import { contentDigests } from '../../shared/audit/record.ts'
import type { Sighting } from '../../shared/contracts/alert.ts'
import type { AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { type Difference, differing } from './difference.ts'

interface Change {
  /** Of the record that changed it. */
  seq: number
  was: Sighting
}

interface Seen {
  now: Sighting
  /** The record that brought it. */
  record: AuditRecord
  /** In the order of the trace. */
  changes: Change[]
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
}

const arrivalsIn = (trace: readonly AuditRecord[]): Arrival[] =>
  trace.flatMap((record): Arrival[] => {
    if (record.event === 'webhook_received') return [{ record, source_key: null }]
    if (record.event !== 'source_attached') return []
    return Object.entries(record.decision_diff)
      .filter(([, [before, after]]) => before === null && typeof after === 'string')
      .map(([source_key]) => ({ record, source_key }))
  })

/** Every change of the sighting with this name. */
const changesOf = ({ replaced }: Pick<StoredIncident, 'replaced'>, sourceKey: string): Change[] =>
  [...replaced]
    .sort(([a], [b]) => a - b)
    .flatMap(([seq, all]) => all.filter(({ source_key }) => source_key === sourceKey).map((was) => ({ seq, was })))

export const sightingHistory = (stored: StoredIncident): SightingHistory => {
  const { trace } = stored
  const { sightings } = stored.incident
  const arrivals = arrivalsIn(trace)
  const attached = new Set(arrivals.map(({ source_key }) => source_key))
  const history: SightingHistory = { seen: [], differences: [] }
  const found = new Set<Sighting>()
  for (const { record, source_key } of arrivals) {
    const now = sightings.find((known) =>
      source_key === null ? !attached.has(known.source_key) : known.source_key === source_key,
    )
    if (!now) {
      const member = `sightings.${source_key ?? 'the first'}`
      history.differences.push({ stage: 'accept', member, recorded: record.output_digest, replayed: 'not stored' })
      continue
    }
    found.add(now)
    const changes = changesOf(stored, now.source_key)
    const first = changes[0]?.was ?? now
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
    history.seen.push({ now, record, changes })
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
    .map(({ now, changes }) => changes.find((change) => change.seq >= seq)?.was ?? now)
