/** How an incident record lies in its Redis hash: one field each, objects as JSON; parsed by zod on the way out. */
import { z } from 'zod'
import { sha256 } from '../audit/digest.ts'
import { StageName } from '../contracts/audit-record.ts'
import { Incident, type RecordedDecision, type Verdict } from '../contracts/incident.ts'
import type { IncidentEvent } from '../contracts/incident-event.ts'

/** A decision as it is stored: its parts as canonical text, so that digests are over the very bytes that are kept. */
export interface DecisionTexts {
  /** Outcome, clock, policy digest and rules version. */
  decision: Pick<RecordedDecision, 'outcome' | 'now' | 'policy_digest' | 'rules_version'>
  known: string
  output: string
}
const PARTS = ['known', 'output'] as const

/** The fields a change may set. */
export interface IncidentPatch {
  incident_id?: string
  incident_class?: string
  status?: Incident['status']
  accepted_at?: string
  sightings?: Incident['sightings']
  event?: IncidentEvent
  verdict?: Verdict
  decision?: DecisionTexts & { stage: StageName }
  head?: string
  records?: number
}

export const toFields = ({ decision, ...patch }: IncidentPatch): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(patch))
    fields[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (decision) {
    fields[`decision:${decision.stage}`] = JSON.stringify(decision.decision)
    for (const part of PARTS) fields[`${part}:${decision.stage}`] = decision[part]
  }
  return fields
}

const RECORD_FIELDS = [
  'incident_id',
  'incident_class',
  'status',
  'accepted_at',
  'sightings',
  'duplicates',
  'event',
  'verdict',
  'head',
  'records',
]

/**
 * Which fields to read: the record with every decision and all it depended on, with the result of one stage alone
 * (what the stage after it starts from), or with none.
 */
export const fieldsOf = (decisions: 'all' | 'none' | StageName): readonly string[] => FIELDS[decisions]

const FIELDS: Record<'all' | 'none' | StageName, readonly string[]> = {
  none: RECORD_FIELDS,
  all: [
    ...RECORD_FIELDS,
    ...StageName.options.flatMap((stage) => ['decision', ...PARTS].map((part) => `${part}:${stage}`)),
  ],
  normalize: [...RECORD_FIELDS, 'decision:normalize', 'output:normalize'],
  readiness: [...RECORD_FIELDS, 'decision:readiness', 'output:readiness'],
  'dry-run': [...RECORD_FIELDS, 'decision:dry-run', 'output:dry-run'],
}

/** The values of those fields, in their order; an incident that does not exist has none of them. */
export const FieldValues = z.array(z.string().nullable())

const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text))

const decisionsIn = (fields: Record<string, string>): Record<string, unknown> => {
  const decisions: Record<string, unknown> = {}
  for (const stage of StageName.options) {
    const decision = fields[`decision:${stage}`]
    const output = fields[`output:${stage}`]
    if (decision === undefined || output === undefined) continue
    const parts: Record<string, unknown> = { ...JSON.parse(decision), output_digest: sha256(output) }
    for (const part of PARTS) {
      const text = fields[`${part}:${stage}`]
      if (text !== undefined) parts[part] = JSON.parse(text)
    }
    decisions[stage] = parts
  }
  return decisions
}

/**
 * Parses what was read; null when there is no such incident. Throws a ZodError or SyntaxError when the record is not one
 * Interlock wrote.
 */
export const toIncident = (names: readonly string[], values: readonly (string | null)[]): Incident | null => {
  const fields: Record<string, string> = {}
  for (const [i, name] of names.entries()) {
    const value = values[i]
    if (typeof value === 'string') fields[name] = value
  }
  if (fields.incident_id === undefined) return null
  return Incident.parse({
    ...fields,
    sightings: json(fields.sightings),
    duplicates: Number(fields.duplicates ?? 0),
    event: json(fields.event),
    verdict: json(fields.verdict),
    records: Number(fields.records),
    decisions: decisionsIn(fields),
  })
}
