/**
 * Runs any stage on an incident: read it, parse, load what is known, decide, and return the hand-off that records the
 * decision and enqueues the next stage in one step. Nothing is written before that step, so a crash leaves no trace.
 */
import { UnrecoverableError } from 'bullmq'
import { canonicalJson, digest, sha256 } from '../shared/audit/digest.ts'
import type { Kept } from '../shared/audit/kept.ts'
import { chain, type RecordContent } from '../shared/audit/record.ts'
import type { AuditRecord, StageName } from '../shared/contracts/audit-record.ts'
import type { Incident, Verdict } from '../shared/contracts/incident.ts'
import { JobData } from '../shared/contracts/job.ts'
import type { Normalized } from '../shared/contracts/normalized.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { type DecisionTexts, toFields } from '../shared/ledger/incident-fields.ts'
import { type IncidentLedger, parseIncidentReply } from '../shared/ledger/incident-ledger.ts'
import { type Commit, Handoff, type ReadAhead } from '../shared/queue/handoff-backend.ts'
import { type AnyStage, stageAfter, stageBefore } from './pipeline.ts'
import { RULES_VERSION, type Snapshot, type StageResult } from './stage.ts'

export interface StageContext {
  ledger: IncidentLedger
  policies(): PolicySet
  /** The one clock: RFC 3339 with milliseconds. */
  now(): string
  /** Who decides, as the trace names it, e.g. `worker:host:pid`. */
  actor: string
}

/** What a run came to, for logs and metrics; recorded nowhere else. */
export type StageSummary =
  | { incident_id: string; outcome: 'skipped'; reason: string }
  | {
      incident_id: string
      outcome: 'next' | 'stop'
      accepted_at: string
      at: string
      verdict: Verdict | null
      /** The stage's output, from which metrics take the score. */
      output: unknown
    }

interface GivenInput {
  input: unknown
  /** Of the output it is, where a stage before recorded it. */
  digest?: string
  /** Byte for byte what the audit trace names, and written under these rules: there is nothing a schema could add. */
  trusted: boolean
}

/** The input of a stage is what the stage before recorded; the first one starts from the incident's sightings. */
const inputOf = (stage: StageName, { incident, trace }: Snapshot): GivenInput => {
  const before = stageBefore(stage)
  if (!before) return { input: { incident_id: incident.incident_id, sightings: incident.sightings }, trusted: false }
  const decided = incident.decisions[before]
  if (!decided) throw new UnrecoverableError(`${before} has recorded no decision on ${incident.incident_id}`)
  const { output, output_digest, rules_version } = decided
  const record = trace.findLast(({ stage }) => stage === before)
  if (record && record.output_digest !== output_digest)
    throw new UnrecoverableError(`the stored output of ${before} is not the one its audit record names`)
  return { input: output, digest: output_digest, trusted: record !== undefined && rules_version === RULES_VERSION }
}

interface Decided {
  result: StageResult<unknown>
  texts: DecisionTexts
  terms: Kept<object> | null
  input_digest: string
}

/** One record per event of the decision; the last one carries the change of status. */
const contentsOf = (
  stage: StageName,
  { incident_id, status }: Incident,
  { result, texts, input_digest }: Decided,
  actor: string,
): RecordContent[] => {
  const { now, policy_digest } = texts.decision
  const digests = {
    input_digest,
    output_digest: sha256(texts.output),
    prompt_hash: sha256([stage, input_digest, JSON.stringify(texts.decision), texts.known].join('\n')),
  }
  const after = result.outcome === 'next' ? stageAfter(stage) : result.verdict
  return result.events.map((event, position) => ({
    at: now,
    incident_id,
    event,
    stage,
    actor,
    ...digests,
    decision_diff: {
      ...result.diff?.[event],
      ...(position === result.events.length - 1 && { status: [status, after] }),
    } satisfies AuditRecord['decision_diff'],
    policy_digest,
  }))
}

/** The commit of a decision: its records chained to the head that was read, the new state, and where it is counted. */
const commitOf = (stage: StageName, incident: Incident, decided: Decided, actor: string) => {
  const { result, texts } = decided
  const next = result.outcome === 'next' ? stageAfter(stage) : null
  const verdict: Verdict | null =
    result.outcome === 'stop'
      ? { verdict: result.verdict, stage, blockers: result.blockers, at: texts.decision.now }
      : null
  const linked = chain(incident, contentsOf(stage, incident, decided, actor))
  const normalized = stage === 'normalize' ? (result.output as Normalized) : null
  const commit: Commit = {
    next,
    terms: decided.terms,
    change: {
      incident_id: incident.incident_id,
      expected_head: incident.head,
      listed_at: null,
      repeats: 0,
      unchanged: [],
      listed_under: [],
      records: linked.records,
      fields: toFields({
        status: next ?? verdict?.verdict ?? incident.status,
        ...(normalized && { event: normalized.event, incident_class: normalized.incident_class }),
        ...(verdict && { verdict }),
        decision: { stage, ...texts },
        ...linked.head,
      }),
      counts: verdict ? { in_flight: -1, [`verdict:${verdict.verdict}`]: 1 } : {},
    },
  }
  return { commit, verdict }
}

const decide = async (stage: AnyStage, snapshot: Snapshot, now: string): Promise<Decided> => {
  const given = inputOf(stage.name, snapshot)
  const input = given.trusted ? given.input : stage.input.parse(given.input)
  const { known, own, terms } = await stage.load(snapshot)
  const result = stage.decide(input, known, now)
  return {
    result,
    terms,
    input_digest: given.digest ?? digest(input),
    texts: {
      decision: {
        outcome: result.outcome,
        now,
        policy_digest: known.policy_digest,
        terms_digest: terms?.digest ?? null,
        rules_version: RULES_VERSION,
      },
      known: canonicalJson(own),
      output: canonicalJson(result.output),
    },
  }
}

/** Whose decision a stage starts from, for the ledger to read no more than that. */
export const startsFrom = (stage: StageName): StageName | 'none' => stageBefore(stage) ?? 'none'

/** Decides once on what the ledger holds now. Throws for failures only; a block is a result. */
const decideOnce = async (
  stage: AnyStage,
  incidentId: string,
  { ledger, policies, now, actor }: StageContext,
  readAhead: ReadAhead,
): Promise<{ commit: Commit | null; summary: StageSummary }> => {
  const decisions = startsFrom(stage.name)
  const ahead = readAhead.take(incidentId)
  const read = ahead === undefined ? await ledger.read(incidentId, decisions) : parseIncidentReply(ahead, decisions)
  if (!read) throw new UnrecoverableError(`incident ${incidentId} is not in the ledger`)
  const { incident } = read
  // Closed by its sources meanwhile, or decided already: the job has nothing left to do.
  if (incident.status !== stage.name)
    return { commit: null, summary: { incident_id: incidentId, outcome: 'skipped', reason: incident.status } }
  const at = now()
  const decided = await decide(stage, { ...read, policies: policies() }, at)
  const { commit, verdict } = commitOf(stage.name, incident, decided, actor)
  const { outcome, output } = decided.result
  return {
    commit,
    summary: { incident_id: incidentId, outcome, accepted_at: incident.accepted_at, at, verdict, output },
  }
}

/** The processor of one stage's queue. Job data that does not parse can never succeed and is not retried. */
export const runStage =
  (stage: AnyStage, context: StageContext, readAhead: ReadAhead) =>
  async (job: { data: unknown }): Promise<Handoff<StageSummary>> => {
    crashPoint('stage:fetched')
    const data = JobData.safeParse(job.data)
    if (!data.success) throw new UnrecoverableError(`job data of ${stage.name} is invalid: ${data.error.message}`)
    const again = () => decideOnce(stage, data.data.incident_id, context, readAhead)
    const first = await again()
    crashPoint('stage:decided')
    return new Handoff(first, again)
  }
