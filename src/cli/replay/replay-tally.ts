/** What a replay came to: how many incidents are identical, and the first of those that are not, with how they differ. */
import type { Difference } from '../../workers/replay/difference.ts'
import { type IncidentReplay, replayIncident } from '../../workers/replay/replay-incident.ts'
import { reasonLines } from '../reason-lines.ts'
import { counted, type Read, Shown, type Tally } from './tally.ts'

type Line = Pick<IncidentReplay, 'incident_id' | 'outcome' | 'decisions' | 'reasons' | 'differences'>

/** A record that cannot be read cannot be replayed, which is not the same as identical. */
const replayed = (read: Read): Line => {
  if (read.stored === null)
    return {
      incident_id: read.incident_id,
      outcome: 'not_replayable',
      decisions: 0,
      reasons: [read.problem],
      differences: [],
    }
  const { incident_id, outcome, decisions, reasons, differences } = replayIncident(read.stored)
  return { incident_id, outcome, decisions, reasons, differences }
}

const LONGEST = 200
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

const described = ({ stage, member, recorded, replayed }: Difference): string =>
  `${stage} ${member}: recorded ${shown(recorded)}, replayed ${shown(replayed)}`

export const linesOf = ({ incident_id, outcome, reasons, differences }: Omit<Line, 'decisions'>): string[] =>
  reasonLines(
    [...reasons, ...differences.map(described)].map((text) => ({ code: outcome, message: `${incident_id} ${text}` })),
  )

export const replayTally = (limit: number): Tally => {
  const counts = { incidents: 0, identical: 0, differs: 0, not_replayable: 0, other_rules: 0, decisions: 0 }
  const listed = new Shown<Line>(limit)
  let same = true
  return {
    take: (read) => {
      const line = replayed(read)
      counts.incidents++
      counts[line.outcome]++
      counts.decisions += line.decisions
      if (line.outcome !== 'identical') listed.add(line)
      // The same bytes under other rules are the same bytes.
      if (line.outcome !== 'identical' && !(line.outcome === 'other_rules' && line.differences.length === 0))
        same = false
    },
    answer: (stopped) => {
      const outcome = stopped ? 'interrupted' : same ? 'identical' : 'differs'
      const json = { outcome, ...counts, listed: listed.items, not_listed: listed.notListed }
      if (outcome === 'identical') return { exit: 0, json, out: `PASS ${counted(counts)}` }
      const lines = [...listed.items.flatMap(linesOf), ...listed.more]
      return { exit: 1, json, err: [`${stopped ? 'INTERRUPTED' : 'BLOCK'} ${counted(counts)}`, ...lines].join('\n') }
    },
  }
}
