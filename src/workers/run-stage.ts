/**
 * Runs any stage on an incident: read it, parse, load what is known, decide, and return the hand-off that records the
 * decision and enqueues the next stage in one step. Nothing is written before that step, so a crash leaves no trace.
 */
import { UnrecoverableError } from 'bullmq'
import { chain } from '../shared/audit/record.ts'
import type { AuditEvent, StageName } from '../shared/contracts/audit-record.ts'
import type { DryRunResult } from '../shared/contracts/dry-run-result.ts'
import type { Incident, Verdict } from '../shared/contracts/incident.ts'
import { JobData } from '../shared/contracts/job.ts'
import type { Normalized } from '../shared/contracts/normalized.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import type { Ready } from '../shared/contracts/ready.ts'
import type { Spent } from '../shared/contracts/share.ts'
import { crashPoint } from '../shared/crash-point.ts'
import { stopScopes } from '../shared/incident/stop-scopes.ts'
import { packChange } from '../shared/ledger/change.ts'
import { toFields } from '../shared/ledger/incident-fields.ts'
import { type IncidentLedger, parseIncidentReply } from '../shared/ledger/incident-ledger.ts'
import { sharesOf } from '../shared/policy/shares.ts'
import { type Commit, Handoff } from '../shared/queue/handoff.ts'
import type { ReadAhead } from '../shared/queue/read-ahead.ts'
import { type Decided, decideStage, type GivenInput, recordsOf, verdictOf } from './decide-stage.ts'
import { askFacts } from './facts/ask-facts.ts'
import type { Prometheus } from './facts/prometheus.ts'
import { type AnyStage, stageAfter, stageBefore } from './pipeline.ts'
import { RULES_VERSION, type Snapshot } from './stage.ts'

export interface StageContext {
  ledger: IncidentLedger
  policies(): PolicySet
  /** The one clock: RFC 3339 with milliseconds. */
  now(): string
  /** Who decides, as the trace names it, e.g. `worker:host:pid`. */
  actor: string
  /** Absent while PROMETHEUS_URL is not set. */
  prometheus?: Prometheus
}

/** What a run came to, for logs and metrics; recorded nowhere else. */
export type StageSummary =
  | { incident_id: string; outcome: 'skipped'; reason: string }
  /** By an emergency stop of this scope; `recorded` when it is the first time by this one. */
  | { incident_id: string; outcome: 'held'; scope: string; recorded: boolean }
  | {
      incident_id: string
      outcome: 'next' | 'stop'
      accepted_at: string
      at: string
      verdict: Verdict | null
      /** Of readiness. */
      score: number | null
      /** What was recorded. */
      events: readonly AuditEvent[]
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

/**
 * What passes takes its shares of the budgets in the step that records it; what readiness blocks for other reasons only
 * looks, so that a person reads all reasons at once. A decision that has just been told of empty budgets does neither.
 */
const sharesAsked = (
  stage: StageName,
  { result }: Decided,
  policies: PolicySet,
  incident: Incident,
  told: boolean,
): string => {
  if (stage === 'normalize') return ''
  const passes = result.outcome === 'next' || result.verdict !== 'blocked'
  if (!passes && (told || stage !== 'readiness')) return ''
  const shares = sharesOf(policies, incident.incident_class, incident.event)
  return shares.length === 0 ? '' : JSON.stringify({ take: passes, shares })
}

/** The commit of a decision: its records chained to the head that was read, the new state, and where it is counted. */
const commitOf = (
  stage: StageName,
  incident: Incident,
  decided: Decided,
  actor: string,
  policies: PolicySet,
  told: boolean,
) => {
  const { result, texts } = decided
  const next = result.outcome === 'next' ? stageAfter(stage) : null
  const verdict = verdictOf(stage, decided)
  const linked = chain(incident, recordsOf(stage, incident.incident_id, decided, actor))
  const normalized = stage === 'normalize' ? (result.output as Normalized) : null
  const action = stage === 'dry-run' ? (result.output as DryRunResult).action : null
  const { incident_id } = incident
  const commit: Commit = {
    incident_id,
    next,
    terms: decided.terms,
    scopes: stopScopes(incident, action),
    shares: sharesAsked(stage, decided, policies, incident, told),
    change: packChange({
      incident_id,
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
    }),
  }
  return { commit, verdict }
}

/** Whose decision a stage starts from, for the ledger to read no more than that. */
export const startsFrom = (stage: StageName): StageName | 'none' => stageBefore(stage) ?? 'none'

/** Decides once on what the ledger holds now. Throws for failures only; a block is a result. */
const decideOnce = async (
  stage: AnyStage,
  incidentId: string,
  { ledger, policies, now, actor, prometheus }: StageContext,
  readAhead: ReadAhead,
  spent?: Spent[],
): Promise<{ commit: Commit | null; summary: StageSummary }> => {
  const decisions = startsFrom(stage.name)
  const ahead = readAhead.take(incidentId)
  let read = ahead === undefined ? null : parseIncidentReply(ahead, decisions)
  // Where a source attached since the stage before, its record is further back than what was read along.
  const before = stageBefore(stage.name)
  if (!read || (before && !read.trace.some((record) => record.stage === before)))
    read = await ledger.read(incidentId, decisions)
  if (!read) throw new UnrecoverableError(`incident ${incidentId} is not in the ledger`)
  const { incident } = read
  // Closed by its sources meanwhile, or decided already: the job has nothing left to do.
  if (incident.status !== stage.name)
    return { commit: null, summary: { incident_id: incidentId, outcome: 'skipped', reason: incident.status } }
  let at = now()
  const snapshot: Snapshot = {
    ...read,
    policies: policies(),
    confirmed: ledger.runs.isConfirmed,
    ...(spent && { spent }),
  }
  const asking = askFacts(snapshot, prometheus, at)
  if (asking) {
    snapshot.answers = await asking
    // What was true when it was asked may be too old by now, and a freeze may have begun.
    at = now()
  }
  // Awaited only where there is something to wait for: what was read of one incident is then gone before the next is.
  const loading = stage.load(snapshot)
  const loaded = loading instanceof Promise ? await loading : loading
  const decided = decideStage(stage, inputOf(stage.name, snapshot), loaded, at)
  const { commit, verdict } = commitOf(stage.name, incident, decided, actor, snapshot.policies, spent !== undefined)
  const { outcome, output, events } = decided.result
  const score = stage.name === 'readiness' ? (output as Ready).readiness.score : null
  return {
    commit,
    summary: { incident_id: incidentId, outcome, accepted_at: incident.accepted_at, at, verdict, score, events },
  }
}

/** The processor of one stage's queue. Job data that does not parse can never succeed and is not retried. */
export const runStage =
  (stage: AnyStage, context: StageContext, readAhead: ReadAhead) =>
  async (job: { data: unknown }): Promise<Handoff<StageSummary>> => {
    crashPoint('stage:fetched')
    const data = JobData.safeParse(job.data)
    if (!data.success) throw new UnrecoverableError(`job data of ${stage.name} is invalid: ${data.error.message}`)
    const again = (spent?: Spent[]) => decideOnce(stage, data.data.incident_id, context, readAhead, spent)
    const first = await again()
    crashPoint('stage:decided')
    return new Handoff(first, again)
  }
