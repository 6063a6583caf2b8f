/** What a stage is: pure decision and its data, nothing of queues. `run-stage` puts everything else round it. */
import type { z } from 'zod'
import type { Kept } from '../shared/audit/kept.ts'
import type { AuditEvent, AuditRecord, StageName } from '../shared/contracts/audit-record.ts'
import type { Blocker } from '../shared/contracts/blocker.ts'
import type { Incident, VerdictName } from '../shared/contracts/incident.ts'
import type { Answers } from '../shared/contracts/live-facts.ts'
import type { PolicySet } from '../shared/contracts/policy.ts'
import type { Run } from '../shared/contracts/review.ts'
import type { Spent } from '../shared/contracts/share.ts'

/** What `load` may pick from; all of it was read in one step, so it is one consistent view. */
export interface Snapshot {
  incident: Incident
  trace: AuditRecord[]
  policies: PolicySet
  /** What Prometheus answered just now; absent where the policy asks it nothing. */
  answers?: Answers
  /** Budgets with nothing left, where the commit of this decision has just found some. */
  spent?: Spent[]
  /** Whether a person has confirmed this run before; without it, nobody has. */
  confirmed?(run: Run): boolean | Promise<boolean>
}

/** The audit events this decision writes, in order; the last one carries its output. */
type Events = readonly [AuditEvent, ...AuditEvent[]]

interface Recorded<Output> {
  output: Output
  events: Events
  /** What an event adds to its record's `decision_diff`: field -> [before, after]. */
  diff?: Partial<Record<AuditEvent, AuditRecord['decision_diff']>>
}

export type StageResult<Output> =
  | (Recorded<Output> & { outcome: 'next' })
  | (Recorded<Output> & { outcome: 'stop'; verdict: VerdictName; blockers: Blocker[] })

/** Version of the rules: a replay under the same version gives the same bytes. Raise it when a decision may change. */
export const RULES_VERSION = '3'

export type TraceNeed = 'none' | 'last' | 'all'

/** `known` is everything: this decision's own, and the terms, which are kept once under their digest. */
export interface Loaded<Known> {
  known: Known
  own: Partial<Known>
  terms: Kept<Partial<Known>> | null
}

/**
 * `load` gathers what is known (facts, with source and age) and may wait for it; `decide` is a pure function of its
 * three arguments, so a recorded decision can be made again from what was stored and gives the same bytes.
 */
export interface Stage<Name extends StageName, Input, Known extends { policy_digest: string | null }, Output> {
  name: Name
  /** Which records of the trace it looks at. */
  trace: TraceNeed
  input: z.ZodType<Input>
  known: z.ZodType<Known>
  output: z.ZodType<Output>
  load(snapshot: Snapshot): Loaded<Known> | Promise<Loaded<Known>>
  /** What the policy folder alone says of it: a replay under another folder puts this in the place of what was recorded. */
  fromPolicies(policies: PolicySet, incident: Pick<Incident, 'incident_class' | 'event'>): Partial<Known>
  decide(input: Input, known: Known, now: string): StageResult<Output>
}

/** Types a stage from its own fields, so that neighbours that do not fit fail to compile in `pipeline.ts`. */
export const defineStage = <Name extends StageName, Input, Known extends { policy_digest: string | null }, Output>(
  stage: Stage<Name, Input, Known, Output>,
): Stage<Name, Input, Known, Output> => stage
