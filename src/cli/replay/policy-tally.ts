/** What another policy folder would have changed: a table of the incidents, and how often each verdict became which. */
import type { Blocker } from '../../shared/contracts/blocker.ts'
import type { VerdictName } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { type Ended, endedThen, endUnder } from '../../workers/replay/decide-under.ts'
import { type IncidentReplay, replayIncident } from '../../workers/replay/replay-incident.ts'
import { type Colours, colourVerdict } from '../colours.ts'
import { table } from '../table.ts'
import { linesOf } from './replay-tally.ts'
import { counted, type Read, Shown, type Tally } from './tally.ts'

interface Row {
  incident_id: string
  incident_class: string
  recorded: Omit<Ended, 'output_digest'>
  replayed: Omit<Ended, 'output_digest'>
  gone: Blocker['code'][]
  new: Blocker['code'][]
}

type Problem = Pick<IncidentReplay, 'incident_id' | 'outcome' | 'reasons' | 'differences'>

const codes = ({ blockers }: Pick<Ended, 'blockers'>): Set<Blocker['code']> => new Set(blockers.map(({ code }) => code))

const changeOf = ({ gone, new: added, recorded, replayed }: Row): string => {
  const blockers = [...gone.map((code) => `- ${code}`), ...added.map((code) => `+ ${code}`)]
  if (blockers.length > 0) return blockers.join(', ')
  return recorded.verdict === replayed.verdict ? 'the same verdict with other values' : ''
}

const rowOf = (
  { incident_id, incident_class }: Pick<Row, 'incident_id' | 'incident_class'>,
  { output_digest: _, ...recorded }: Ended,
  { output_digest: __, ...replayed }: Ended,
): Row => {
  const [before, after] = [codes(recorded), codes(replayed)]
  return {
    incident_id,
    incident_class,
    recorded,
    replayed,
    gone: [...before].filter((code) => !after.has(code)),
    new: [...after].filter((code) => !before.has(code)),
  }
}

export const policyTally = (policies: PolicySet, limit: number, colours: Colours): Tally => {
  const counts = { incidents: 0, compared: 0, changed: 0, undecided: 0, not_comparable: 0 }
  const transitions = new Map<`${VerdictName} -> ${VerdictName}`, number>()
  const listed = new Shown<Row>(limit)
  const problems = new Shown<Problem>(limit)

  const compare = (incident: Pick<Row, 'incident_id' | 'incident_class'>, recorded: Ended, replayed: Ended): void => {
    counts.compared++
    if (recorded.verdict !== replayed.verdict) counts.changed++
    const transition = `${recorded.verdict} -> ${replayed.verdict}` as const
    transitions.set(transition, (transitions.get(transition) ?? 0) + 1)
    if (recorded.verdict !== replayed.verdict || recorded.output_digest !== replayed.output_digest)
      listed.add(rowOf(incident, recorded, replayed))
  }

  const take = async (read: Read): Promise<void> => {
    counts.incidents++
    const { incident_id, stored } = read
    const replay = stored && replayIncident(stored)
    // What would have been says nothing where it cannot even be shown what was.
    if (!replay || (replay.outcome !== 'identical' && replay.outcome !== 'other_rules')) {
      counts.not_comparable++
      const unread = { incident_id, outcome: 'not_replayable' as const, reasons: [], differences: [] }
      problems.add(replay ?? { ...unread, reasons: 'problem' in read ? [read.problem] : [] })
      return
    }
    const recorded = endedThen(replay)
    const replayed = recorded && (await endUnder(policies, stored, replay))
    if (recorded && replayed) compare(stored.incident, recorded, replayed)
    else counts.undecided++
  }

  return {
    take,
    answer: (stopped) => {
      const same = counts.changed === 0 && counts.not_comparable === 0
      const outcome = stopped ? 'interrupted' : same ? 'unchanged' : 'changed'
      const moved = [...transitions].sort(([, a], [, b]) => b - a)
      const json = {
        outcome,
        policy_digest: policies.digest,
        ...counts,
        transitions: moved.map(([transition, count]) => {
          const [from, to] = transition.split(' -> ')
          return { from, to, count }
        }),
        listed: listed.items,
        not_listed: listed.notListed,
        problems: problems.items.map(({ incident_id, outcome, reasons, differences }) => ({
          incident_id,
          outcome,
          reasons,
          differences,
        })),
      }
      const rows = listed.items.map((row) => [
        row.incident_id,
        row.incident_class,
        colourVerdict(row.recorded.verdict, colours),
        colourVerdict(row.replayed.verdict, colours),
        changeOf(row),
      ])
      const head = ['INCIDENT', 'CLASS', 'RECORDED', 'WITH THIS POLICY', 'BLOCKERS GONE (-) AND NEW (+)']
      const out = [
        ...(rows.length > 0 ? [table(head, rows), ...listed.more, ''] : []),
        ...moved.map(([transition, count]) => `${String(count).padStart(6)}  ${transition}`),
      ]
      const summary = counted(counts)
      if (outcome === 'unchanged') return { exit: 0, json, out: [...out, `PASS ${summary}`].join('\n') }
      const err = [
        `${stopped ? 'INTERRUPTED' : 'BLOCK'} ${summary}`,
        ...problems.items.flatMap(linesOf),
        ...problems.more,
      ]
      return { exit: 1, json, out: out.join('\n'), err: err.join('\n') }
    },
  }
}
