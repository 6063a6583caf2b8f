/** `interlock normalize`: the incident_event that one or more deliveries, read from files, describe. */
import { Command } from 'commander'
import { SourceName } from '../shared/contracts/alert.ts'
import type { IncidentEvent } from '../shared/contracts/incident-event.ts'
import type { Conflict } from '../shared/contracts/normalized.ts'
import { merge } from '../shared/incident/merge.ts'
import { SOURCES } from '../shared/sources/index.ts'
import { type Answer, CommandError, printAnswer } from './answer.ts'
import { compareEvents, isFields } from './compare-events.ts'
import { type Firing, readFiring, readJson } from './read-firing.ts'

export type NormalizeOptions = Partial<Record<SourceName | 'expected', string>>

const stated = ({ alert }: Firing) => alert.incident_id !== null

/** Two views of one incident share its id, stated or derived, or the key of their group. */
const joins = (a: Firing, b: Firing): boolean =>
  a.incident_id === b.incident_id ||
  (a.alert.identity === b.alert.identity && a.alert.starts_at === b.alert.starts_at) ||
  a.alert.correlation_keys.some((key) => key.startsWith('group:') && b.alert.correlation_keys.includes(key))

/** The first two files that are not about one incident. Ids that are stated and differ never are, whatever else agrees. */
const strangers = (seen: readonly Firing[]): readonly [Firing, Firing] | null => {
  for (const [index, next] of seen.entries()) {
    const before = seen.slice(0, index)
    const other = before.find((known) => stated(known) && stated(next) && known.incident_id !== next.incident_id)
    if (other) return [other, next]
    const [first] = before
    if (first && !before.some((known) => joins(known, next))) return [first, next]
  }
  return null
}

type Disagreement = Pick<Conflict, 'values'> & { field: string }

const conflict = (disagreements: readonly Disagreement[]): Answer => ({
  exit: 1,
  json: {
    outcome: 'conflict',
    incident_event: null,
    differences: disagreements.flatMap(({ field, values: [first, ...others] }) =>
      others.map(({ value }) => ({ field, expected: first?.value ?? null, actual: value })),
    ),
  },
  err: [
    'CONFLICT: the files do not describe one incident',
    ...disagreements.map(
      ({ field, values }) => `  - ${field}: ${values.map(({ source, value }) => `${source} says ${value}`).join(', ')}`,
    ),
  ].join('\n'),
})

const compared = (event: IncidentEvent, expected: unknown, file = ''): Answer => {
  const out = JSON.stringify(event, null, 2)
  const differences = isFields(expected) ? compareEvents(expected, event) : []
  if (differences.length === 0) return { exit: 0, json: { outcome: 'ok', incident_event: event, differences }, out }
  const lines = differences.map(
    (found) => `  - ${found.field}: expected ${JSON.stringify(found.expected)} got ${JSON.stringify(found.actual)}`,
  )
  return {
    exit: 1,
    json: { outcome: 'mismatch', incident_event: event, differences },
    out,
    err: [`MISMATCH: incident=${event.incident_id} is not the one in ${file}`, ...lines].join('\n'),
  }
}

/** `now` is RFC 3339. */
export const normalizeFiles = (options: NormalizeOptions, now: string): Answer => {
  const expected = options.expected === undefined ? undefined : readJson(options.expected)
  if (options.expected !== undefined && !isFields(expected))
    throw new CommandError('invalid_input', `${options.expected}: give one incident_event, a JSON object`)

  const seen = SourceName.options.flatMap((name) => {
    const file = options[name]
    return file === undefined ? [] : [readFiring(name, file, now)]
  })
  const [first] = seen
  if (first === undefined)
    throw new CommandError(
      'missing_file',
      'no delivery: name at least one, such as --grafana <file>; --help lists every source',
    )

  const apart = strangers(seen)
  if (apart) {
    const values = apart.map(({ alert, incident_id }) => ({ source: alert.source, value: incident_id }))
    return conflict([{ field: 'incident_id', values }])
  }
  const { incident_id } = seen.find(stated) ?? first
  const alerts = seen.map(({ alert }) => alert)
  const { event, conflicts } = merge(incident_id, alerts)
  return conflicts.length > 0 ? conflict(conflicts) : compared(event, expected, options.expected)
}

const HELP = `
Examples:
  $ interlock normalize --grafana grafana.json --pagerduty pagerduty.json
  $ interlock normalize --alertmanager alertmanager.json --expected incident_event.json

Several files must describe one incident: the same incident id, or the same alert group. The event is printed as JSON
on stdout, what is wrong on stderr.

Exit codes: 0 the event (and as expected), 1 it differs from --expected or the files conflict, 2 a file cannot be used.
`

const command = new Command('normalize').description('print the incident_event that one or more deliveries describe')
for (const { name, title } of SOURCES) command.option(`--${name} <file>`, `a delivery of ${title}`)

export const normalizeCommand = command
  .option('--expected <file>', 'an incident_event to compare with, field by field')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action(({ json, ...files }: NormalizeOptions & { json?: boolean }) => {
    printAnswer(normalizeFiles(files, new Date().toISOString()), json === true)
  })
