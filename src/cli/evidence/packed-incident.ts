/** An incident with all that its decisions depended on, as it lies in a package: the very bytes that were kept. */
import { z } from 'zod'
import { Sighting } from '../../shared/contracts/alert.ts'
import { type AuditRecord, StageName } from '../../shared/contracts/audit-record.ts'
import { Incident } from '../../shared/contracts/incident.ts'
import { parseDecision, type StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { explainIssues } from '../../shared/policy/explain-issues.ts'
import { VERSION } from '../../shared/version.ts'
import { CommandError } from '../answer.ts'
import { exportLines } from '../audit/traces-in-file.ts'
import type { PackageFiles } from './package-files.ts'

const Inputs = z.strictObject({
  format: z.literal(1),
  /** The version that made the package. */
  interlock: z.string(),
  incident: Incident,
  /** A decision as it is kept: three lines, what was decided on, what was known, what came out. */
  decisions: z.partialRecord(StageName, z.string()),
  /** Sightings as they were, by the number of the record that replaced them. */
  replaced: z.array(z.tuple([z.int(), z.array(Sighting)])),
})

export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Where the terms that a stage's decision names are kept. */
export const termsPath = (stage: StageName): string => `policy/terms-${stage}.json`

/** Its inputs and its trace; the terms are with the policy. */
export const packIncident = ({ incident, trace, decisions, replaced }: StoredIncident): [string, string][] => {
  const texts = Object.entries(decisions).map(([stage, decision]) => {
    if (!decision) throw new CommandError('invalid_input', `the decision of ${stage} is not in a form Interlock writes`)
    const { texts } = decision
    return [stage, [texts.decision, texts.known, texts.output].join('\n')]
  })
  const inputs = {
    format: 1,
    interlock: VERSION,
    incident,
    decisions: Object.fromEntries(texts),
    replaced: [...replaced],
  }
  const { incident_id, head, records } = incident
  return [
    ['inputs.json', jsonText(inputs)],
    ['trace.jsonl', exportLines({ incident_id, head: { head, records }, trace })],
  ]
}

const parsed = (files: PackageFiles, name: string, parse: (text: string) => unknown): unknown => {
  try {
    return parse(String(files.get(name)))
  } catch {
    throw new CommandError('invalid_input', `${name} is not what "interlock evidence" writes: it cannot be read`)
  }
}

/** Throws CommandError where the package does not hold an incident. */
export const unpackIncident = (files: PackageFiles): { stored: StoredIncident; interlock: string } => {
  const raw = parsed(files, 'inputs.json', JSON.parse)
  const { data, error } = Inputs.safeParse(raw)
  if (!data) throw new CommandError('invalid_input', `inputs.json: ${explainIssues(error, raw)}`)
  const lines = parsed(files, 'trace.jsonl', (text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )
  const [, ...trace] = lines as [unknown, ...AuditRecord[]]
  const decisions: StoredIncident['decisions'] = {}
  for (const stage of StageName.options) {
    const text = data.decisions[stage]
    if (text === undefined) continue
    const decision = parseDecision(text)
    const terms = files.get(termsPath(stage))
    decisions[stage] = decision && { ...decision, terms: terms === undefined ? null : String(terms) }
  }
  return {
    stored: { incident: data.incident, trace, decisions, replaced: new Map(data.replaced) },
    interlock: data.interlock,
  }
}
