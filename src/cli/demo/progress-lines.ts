/** The demo's live lines: what was sent, what the API said, and which way each incident went. */
import { StageName } from '../../shared/contracts/audit-record.ts'
import { type Colours, colourVerdict } from '../colours.ts'
import { reasonLines } from '../reason-lines.ts'
import type { DeliveryAnswer, SeenIncident } from './api-client.ts'
import { ALERT, COURSE_ID, SERVICE } from './deliveries.ts'
import type { Progress } from './play-scenario.ts'
import type { Delivery } from './scenario.ts'

/** `grafana/firing.single.json as axis_missing x10`: where the payload comes from, and what it was made to say. */
const nameOf = ({ file, rename = {}, times = 1 }: Delivery): string => {
  const changed = [ALERT, SERVICE, COURSE_ID].flatMap((name) => rename[name] ?? [])
  const as = changed.length > 0 ? ` as ${changed.join(', ')}` : ''
  return file.replace(/^webhooks\//, '') + as + (times > 1 ? ` x${times}` : '')
}

/** Equal answers once, with their number: ten at once say ten things, nine of them the same. */
const counted = (items: readonly string[]): string =>
  [...new Set(items)]
    .map((item) => {
      const count = items.filter((other) => other === item).length
      return count > 1 ? `${count}x ${item}` : item
    })
    .join(', ')

const saidOf = (answers: readonly DeliveryAnswer[]): string =>
  counted(
    answers.flatMap(({ status, code, detail, incidents }) =>
      code
        ? [`${status} ${code}: ${detail}`]
        : incidents.map(({ outcome, incident_id, reason }) =>
            incident_id ? `${outcome} ${incident_id}` : `${outcome} (${reason})`,
          ),
    ),
  )

/** The stages that decided, then the verdict. */
const wayOf = ({ stages, status, verdict }: SeenIncident): string[] => [
  ...StageName.options.filter((stage) => stages[stage] !== undefined),
  ...(verdict ? [verdict.verdict] : [`(waits in ${status})`]),
]

/** `say` is called with one line at a time. */
export const progressLines = (say: (line: string) => void, colours: Colours): Progress => {
  let number = 0
  const mark = (problem: string | null) => (problem === null ? colours.green('✓') : colours.red('✗'))
  const complain = (problem: string | null) => {
    if (problem !== null) say(colours.red(`     not as it must be: ${problem}`))
  }
  return {
    begins: ({ title }) => {
      number += 1
      say(`\n${colours.bold(`${number}. ${title}`)}`)
    },
    answered: (delivery, answers, problem) => {
      say(`   ${mark(problem)} ${nameOf(delivery)} … ${saidOf(answers)}`)
      complain(problem)
    },
    ended: (incident, problem) => {
      const way = wayOf(incident).map((step) => colourVerdict(step, colours))
      say(`   ${mark(problem)} ${incident.incident_id} -> ${way.join(' -> ')}`)
      for (const line of reasonLines(incident.verdict?.blockers ?? [])) say(colours.dim(`    ${line}`))
      complain(problem)
    },
  }
}
