/** How an incident record lies in its Redis hash: one field each, objects as JSON; parsed by zod on the way out. */
import { z } from 'zod'
import { canonicalJson, sha256 } from '../audit/digest.ts'
import { StageName } from '../contracts/audit-record.ts'
import { Incident, type RecordedDecision, type Verdict } from '../contracts/incident.ts'
import type { IncidentEvent } from '../contracts/incident-event.ts'
import { sumUp } from '../incident/merge.ts'

/**
 * A decision as it is stored: its parts as text, a line each, so that digests are over the very bytes that are kept.
 * JSON text has no line breaks of its own.
 */
export interface DecisionTexts {
  decision: Pick<RecordedDecision, 'outcome' | 'now' | 'policy_digest' | 'terms_digest' | 'rules_version'>
  /** Canonical JSON of what was known, without the terms that are kept apart. */
  known: string
  /** Canonical JSON. */
  output: string
}

/** The lines of a decision as they are stored; `decision` is JSON. */
export type StoredTexts = Record<keyof DecisionTexts, string>

/** The fields a change may set. */
export interface IncidentPatch {
  incident_id?: string
  incident_class?: string
  status?: Incident['status']
  accepted_at?: string
  sightings?: Incident['sightings']
  event?: IncidentEvent
  /** Null takes an earlier one away. */
  verdict?: Verdict | null
  decision?: DecisionTexts & { stage: StageName }
  head?: string
  records?: number
}

export const toFields = ({ decision, sightings, ...patch }: IncidentPatch): Record<string, string> => {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(patch))
    fields[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (sightings) {
    // The first stage digests what it reads here, which is cheap where it is in canonical order.
    fields.sightings = canonicalJson(sightings)
    fields.seen = JSON.stringify(sumUp(sightings))
  }
  if (decision)
    fields[`decision:${decision.stage}`] = [JSON.stringify(decision.decision), decision.known, decision.output].join(
      '\n',
    )
  return fields
}

/** The field with the sightings, as they were, that record `seq` of the trace replaced. */
export const replacedBy = (seq: number): string => `replaced:${seq}`

const RECORD_FIELDS = [
  'incident_id',
  'incident_class',
  'status',
  'accepted_at',
  'seen',
  'head',
  'records',
  'sightings',
  'duplicates',
  'event',
  'verdict',
]

/** A stage that starts from a decision needs neither the sightings, which that decision has summed up, nor what is behind. */
const STAGE_FIELDS = RECORD_FIELDS.slice(0, RECORD_FIELDS.indexOf('sightings'))

/**
 * Which fields to read: the record with every decision and all it depended on, with the result of one stage alone
 * (what the stage after it starts from), or with none.
 */
export const fieldsOf = (decisions: 'all' | 'none' | StageName): readonly string[] => FIELDS[decisions]

const FIELDS: Record<'all' | 'none' | StageName, readonly string[]> = {
  none: RECORD_FIELDS,
  all: [...RECORD_FIELDS, ...StageName.options.map((stage) => `decision:${stage}`)],
  normalize: [...STAGE_FIELDS, 'decision:normalize'],
  readiness: [...STAGE_FIELDS, 'decision:readiness'],
  'dry-run': [...STAGE_FIELDS, 'decision:dry-run'],
}

/** The values of those fields, in their order; an incident that does not exist has none of them. */
export const FieldValues = z.array(z.string().nullable())

const json = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text))

interface StoredDecision {
  output: unknown
}

/** The bytes of a decision as they lie in the ledger; null where none are, or not its three lines. */
export const storedTexts = (field: string | null | undefined): StoredTexts | null => {
  const [decision, known, output, more] = field?.split('\n') ?? []
  if (decision === undefined || known === undefined || output === undefined || more !== undefined) return null
  return { decision, known, output }
}

const DECISION_FIELDS = StageName.options.map((stage) => [stage, `decision:${stage}`] as const)

type Field = (name: string) => string | undefined

const decisionsIn = (field: Field): Partial<Record<StageName, StoredDecision>> => {
  const decisions: Partial<Record<StageName, StoredDecision>> = {}
  for (const [stage, name] of DECISION_FIELDS) {
    const texts = storedTexts(field(name))
    if (texts === null) continue
    decisions[stage] = Object.assign(JSON.parse(texts.decision), {
      known: JSON.parse(texts.known),
      output: JSON.parse(texts.output),
      output_digest: sha256(texts.output),
    })
  }
  return decisions
}

/** The event as the stage before handed it on, for a stage that reads no more than that. */
const eventIn = (decisions: ReturnType<typeof decisionsIn>): unknown => {
  const { output } = decisions.normalize ?? decisions.readiness ?? {}
  return typeof output === 'object' && output !== null && 'event' in output ? output.event : null
}

/**
 * Parses what was read; null when there is no such incident. Throws a ZodError or SyntaxError when the record is not one
 * Interlock wrote.
 */
export const toIncident = (names: readonly string[], values: readonly (string | null)[]): Incident | null => {
  const field: Field = (name) => values[names.indexOf(name)] ?? undefined
  const incident_id = field('incident_id')
  if (incident_id === undefined) return null
  const decisions = decisionsIn(field)
  return Incident.parse({
    incident_id,
    incident_class: field('incident_class'),
    status: field('status'),
    accepted_at: field('accepted_at'),
    sightings: json(field('sightings')) ?? [],
    seen: json(field('seen')),
    duplicates: Number(field('duplicates') ?? 0),
    event: json(field('event')) ?? eventIn(decisions),
    decisions,
    verdict: json(field('verdict')),
    head: field('head'),
    records: Number(field('records')),
  })
}
