/** `interlock source test`: what a mapping makes of a payload, before any sender is pointed at it. */
import { basename } from 'node:path'
import { Command } from 'commander'
import type { Alert } from '../shared/contracts/alert.ts'
import { MappingName, SourceMapping } from '../shared/contracts/source-mapping.ts'
import { customSource } from '../shared/sources/custom.ts'
import type { Reading } from '../shared/sources/source.ts'
import { unfoundPointers } from '../shared/sources/unfound-pointers.ts'
import { type Answer, CommandError, printAnswer } from './answer.ts'
import { readJson } from './read-firing.ts'
import { parseInput, readData } from './read-input.ts'

const nameOf = (file: string): string => {
  const name = basename(file).replace(/\.ya?ml$|\.json$/i, '')
  const problem = MappingName.safeParse(name).error?.issues[0]?.message
  if (problem === undefined) return name
  throw new CommandError('invalid_input', `${file}: the name of the file is that of the source: use ${problem}`)
}

/** Without the keys, which tell a person nothing. */
const shownAlert = ({ status, incident_class, source_ref, metric_context, ...alert }: Alert): string =>
  [
    `  ${status} class=${incident_class}`,
    ...(['service', 'namespace', 'pod', 'severity'] as const).map((field) => `${field}=${alert[field] || '-'}`),
    `${alert.severity_inferred ? '(assumed) ' : ''}starts_at=${alert.starts_at ?? '-'}`,
    `window_minutes=${alert.window_minutes} metrics=${JSON.stringify(metric_context)} link=${source_ref || '-'}`,
  ].join(' ')

const shown = (reading: Reading): string =>
  reading.reading === 'alert' ? shownAlert(reading.alert) : `  ${reading.reading}: ${reading.reason}`

const count = (readings: readonly Reading[], kind: Reading['reading']) =>
  readings.filter(({ reading }) => reading === kind).length

/**
 * The document of `--json`: `{"outcome":"pass"|"block","source","readings":[{"reading":"alert","alert"}|{"reading":
 * "ignored"|"rejected","reason"}],"unfound":[{"field","pointer","finds","alerts"}]}`. `now` is RFC 3339. Throws CommandError where a file
 * cannot be used.
 */
export const testMapping = (mappingFile: string | undefined, payloadFile: string | undefined, now: string): Answer => {
  const mapping = parseInput(SourceMapping, readData(mappingFile, '--mapping <file>'), mappingFile ?? '')
  const name = nameOf(mappingFile ?? '')
  if (payloadFile === undefined) throw new CommandError('missing_file', 'no payload: name one with --payload <file>')
  const body = readJson(payloadFile)
  const readings = customSource(name, mapping).read(body, now)
  const unfound = unfoundPointers(mapping, body)
  const rejected = readings.flatMap((reading) => (reading.reading === 'rejected' ? [reading.reason] : []))
  const source = `custom:${name}`
  const json = { outcome: rejected.length === 0 ? 'pass' : 'block', source, readings, unfound }
  const summary = `source=${source} alerts=${count(readings, 'alert')} ignored=${count(readings, 'ignored')} rejected=${rejected.length}`
  const nothing = unfound.map(
    ({ field, pointer, finds, alerts }) =>
      `  ${field}: ${pointer} finds ${finds} in ${alerts} of ${readings.length} alerts`,
  )
  const understood = readings.filter(({ reading }) => reading !== 'rejected').map(shown)
  if (rejected.length === 0) return { exit: 0, json, out: [`PASS: ${summary}`, ...understood, ...nothing].join('\n') }
  const err = [`BLOCK: ${summary}`, ...rejected.map((reason) => `  - rejected: ${reason}`), ...nothing].join('\n')
  return { exit: 1, json, out: understood.join('\n'), err }
}

const HELP = `
Examples:
  $ interlock source test --mapping policies/sources/beacon.yaml --payload payload.json
  $ interlock source test --mapping beacon.yaml --payload payload.json --json

Prints every alert of the payload as Interlock reads it, what it ignores, and each pointer that found nothing of use. Put into
the policy folder as sources/<name>.yaml, the mapping takes deliveries at POST /webhooks/custom:<name>.

Exit codes: 0 everything in it is understood, 1 something is not, 2 a file cannot be used.
`

const test = new Command('test')
  .description('say what a mapping makes of a payload')
  .option('--mapping <file>', 'the mapping, YAML or JSON')
  .option('--payload <file>', 'a delivery, as the sender sent it')
  .option('--json', 'print one JSON document on stdout')
  .addHelpText('after', HELP)
  .action(({ mapping, payload, json }: { mapping?: string; payload?: string; json?: boolean }) => {
    printAnswer(testMapping(mapping, payload, new Date().toISOString()), json === true)
  })

export const sourceCommand = new Command('source').description('try a webhook source of your own').addCommand(test)
