/** Makes one recorded decision again from what is stored, and compares it with the store and with its audit records. */
import { z } from 'zod'
import { sha256 } from '../../shared/audit/digest.ts'
import type { Kept } from '../../shared/audit/kept.ts'
import type { AuditRecord } from '../../shared/contracts/audit-record.ts'
import type { StoredDecision } from '../../shared/ledger/stored-incident.ts'
import { type Decided, decideStage, digestsOf, type GivenInput, recordsOf } from '../decide-stage.ts'
import type { AnyStage } from '../pipeline.ts'
import { RULES_VERSION } from '../stage.ts'
import { type Difference, differing } from './difference.ts'

/** A decision that could be made again, with all that it takes to make it once more under another policy. */
export interface ReplayedStage {
  stage: AnyStage
  /** The first of its audit records. */
  seq: number
  input: unknown
  known: Record<string, unknown>
  now: string
  decided: Decided
}

export interface StageReplay {
  /** Null when it could not be made again; `problem` then says why. */
  replayed: ReplayedStage | null
  problem: string | null
  /** What is stored is not what the audit records name. */
  sealed: Difference[]
  /** What was decided again is not what was recorded. */
  remade: Difference[]
  /** The version it was recorded under, where that is not the running one. */
  other_rules: string | null
}

const reasonOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)

const termsIn = ({ head, terms }: StoredDecision): Kept<object> | null => {
  if (head.terms_digest === null) return null
  if (terms === null) throw new Error(`its terms ${head.terms_digest} are not kept any more`)
  return { value: JSON.parse(terms), text: terms, digest: sha256(terms) }
}

const digests = ({ input_digest, output_digest, prompt_hash }: ReturnType<typeof digestsOf>) => ({
  input_digest,
  output_digest,
  prompt_hash,
})

/** What a record says beside its digests and its place in the chain. */
const said = ({
  at,
  incident_id,
  event,
  stage,
  decision_diff,
  policy_digest,
}: Omit<AuditRecord, 'seq' | 'prev' | 'hash'>) => ({
  at,
  incident_id,
  event,
  stage,
  decision_diff,
  policy_digest,
})

const sameText = (stage: AnyStage, member: string, recorded: string, replayed: string): Difference[] => {
  if (recorded === replayed) return []
  const members = differing(stage.name, member, JSON.parse(recorded), JSON.parse(replayed))
  // The same data in other bytes.
  return members.length > 0 ? members : [{ stage: stage.name, member, recorded, replayed }]
}

const again = (stage: AnyStage, stored: StoredDecision, given: GivenInput) => {
  const { head, texts } = stored
  const terms = termsIn(stored)
  const own: Record<string, unknown> = JSON.parse(texts.known)
  const known = stage.known.parse({ ...terms?.value, ...own })
  const input = stage.input.parse(given.input)
  const decided = decideStage(stage, { ...given, input, trusted: true }, { known, own, terms }, head.now)
  return { input, known, decided }
}

/** `records` are those of this decision, at least one; `given` is its input as it is stored. */
export const replayStage = (
  stage: AnyStage,
  stored: StoredDecision,
  records: readonly AuditRecord[],
  given: GivenInput,
): StageReplay => {
  const { head, texts } = stored
  const { name } = stage
  const [first] = records
  const other_rules = head.rules_version === RULES_VERSION ? null : head.rules_version
  const none: StageReplay = { replayed: null, problem: null, sealed: [], remade: [], other_rules }
  if (!first) return { ...none, sealed: [{ stage: name, member: 'records', recorded: 'none', replayed: 'a decision' }] }
  try {
    const { input, known, decided } = again(stage, stored, given)
    const { terms_digest } = decided.texts.decision
    return {
      ...none,
      replayed: { stage, seq: first.seq, input, known, now: head.now, decided },
      sealed: [
        ...records.flatMap((record) =>
          differing(name, record.event, digests(record), digestsOf(name, decided.input_digest, texts)),
        ),
        ...differing(name, 'decision', { terms_digest: head.terms_digest }, { terms_digest }),
      ],
      remade: [
        ...sameText(stage, 'output', texts.output, decided.texts.output),
        ...differing(
          name,
          'decision',
          { ...JSON.parse(texts.decision), terms_digest },
          { ...decided.texts.decision, rules_version: head.rules_version },
        ),
        ...differing(
          name,
          'records',
          records.map(said),
          recordsOf(name, first.incident_id, decided, first.actor).map(said),
        ),
      ],
    }
  } catch (error) {
    return { ...none, problem: `${name} cannot be decided again: ${reasonOf(error)}` }
  }
}
