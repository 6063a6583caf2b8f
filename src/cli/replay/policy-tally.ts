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
  then: Omit<Ended, 'output_digest'>
  with: Omit<Ended, 'output_digest'>
  gone: Blocker['code'][]
  new: Blocker['code'][]
}

type Problem = Pick<IncidentReplay, 'incident_id' | 'outcome' | 'reasons' | 'differences'>

const codes = ({ blockers }: Pick<Ended, 'blockers'>): Set<Blocker['code']> => new Set(blockers.map(({ code }) => code))

const changeOf = ({ gone, new: added, then, with: now }: Row): string => {
  const blockers = [...gone.map((code) => `- ${code}`), ...added.map((code) => `+ ${code}`)]
  if (blockers.length > 0) return blockers.join(', ')
  return then.verdict === now.verdict ? 'the same verdict with other values' : ''
}

const rowOf = (
  { incident_id, incident_class }: Pick<Row, 'incident_id' | 'incident_class'>,
  { output_digest: _, ...then }: Ended,
  { output_digest: __, ...now }: Ended,
): Row => {
  const [before, after] = [codes(then), codes(now)]
  return {
    incident_id,
    incident_class,
    then,
    with: now,
    gone: [...before].filter((code) => !after.has(code)),
    new: [...after].filter((code) => !before.has(code)),
  }
}

export const policyTally = (policies: PolicySet, limit: number, colours: Colours): Tally => {
  const counts = { incidents: 0, compared: 0, changed: 0, undecided: 0, not_comparable: 0 }
  const transitions = new Map<`${VerdictName} -> ${VerdictName}`, number>()
  const listed = new Shown<Row>(limit)
  const problems = new Shown<Problem>(limit)

  const compare = (incident: Pick<Row, 'incident_id' | 'incident_class'>, then: Ended, now: Ended): void => {
    counts.compared++
    if (then.verdict !== now.verdict) counts.changed++
    const transition = `${then.verdict} -> ${now.verdict}` as const
    transitions.set(transition, (transitions.get(transition) ?? 0) + 1)
    if (then.verdict !== now.verdict || then.output_digest !== now.output_digest) listed.add(rowOf(incident, then, now))
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
    const then = endedThen(replay)
    const now = then && (await endUnder(policies, stored, replay))
    if (then && now) compare(stored.incident, then, now)
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
        colourVerdict(row.then.verdict, colours),
        colourVerdict(row.with.verdict, colours),
        changeOf(row),
      ])
      const head = ['INCIDENT', 'CLASS', 'THEN', 'WITH THIS POLICY', 'BLOCKERS GONE (-) AND NEW (+)']
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
