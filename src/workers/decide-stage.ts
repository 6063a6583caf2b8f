/** One decision of a stage, its verdict and its audit records: the pure part, which a live run and a replay share. */
import { canonicalJson, digest, sha256 } from '../shared/audit/digest.ts'
import type { Kept } from '../shared/audit/kept.ts'
import type { RecordContent } from '../shared/audit/record.ts'
import type { AuditRecord, StageName } from '../shared/contracts/audit-record.ts'
import type { Verdict } from '../shared/contracts/incident.ts'
import type { DecisionTexts } from '../shared/ledger/incident-fields.ts'
import { type AnyStage, stageAfter } from './pipeline.ts'
import { type Loaded, RULES_VERSION, type StageResult } from './stage.ts'

export interface GivenInput {
  input: unknown
  /** Of the output it is, where a stage before recorded it. */
  digest?: string
  /** Byte for byte what the audit trace names, and written under these rules: there is nothing a schema could add. */
  trusted: boolean
}

export interface Decided {
  result: StageResult<unknown>
  texts: DecisionTexts
  terms: Kept<object> | null
  input_digest: string
}

/** `now` is RFC 3339 with milliseconds. Throws a ZodError for an input that the stage does not take. */
export const decideStage = (
  stage: AnyStage,
  given: GivenInput,
  { known, own, terms }: Loaded<{ policy_digest: string | null }>,
  now: string,
): Decided => {
  const input = given.trusted ? given.input : stage.input.parse(given.input)
  const result = stage.decide(input, known, now)
  return {
    result,
    terms,
    input_digest: given.digest ?? digest(given.input),
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

/** Null when the incident goes on to the next stage. */
export const verdictOf = (stage: StageName, { result, texts }: Decided): Verdict | null =>
  result.outcome === 'stop'
    ? { verdict: result.verdict, stage, blockers: result.blockers, at: texts.decision.now }
    : null

/** Over the texts of a decision as they are kept; `decision` is JSON. `prompt_hash` is over all that it depended on. */
export const digestsOf = (
  stage: StageName,
  input_digest: string,
  { decision, known, output }: Record<'decision' | 'known' | 'output', string>,
) => ({
  input_digest,
  output_digest: sha256(output),
  prompt_hash: sha256([stage, input_digest, decision, known].join('\n')),
})

/** One record per event of the decision; the last one carries the change of status. */
export const recordsOf = (
  stage: StageName,
  incident_id: string,
  { result, texts, input_digest }: Decided,
  actor: string,
): RecordContent[] => {
  const { now, policy_digest } = texts.decision
  const digests = digestsOf(stage, input_digest, { ...texts, decision: JSON.stringify(texts.decision) })
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
      ...(position === result.events.length - 1 && { status: [stage, after] }),
    } satisfies AuditRecord['decision_diff'],
    policy_digest,
  }))
}
