/** What the stages decided and on what, read from the kept bytes for a report. Null where a stage decided nothing that reads. */
import type { z } from 'zod'
import type { StageName } from '../../shared/contracts/audit-record.ts'
import { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import { Ready } from '../../shared/contracts/ready.ts'
import type { StoredDecision, StoredIncident } from '../../shared/ledger/stored-incident.ts'
import { type FactsAt, factsAt } from '../../shared/policy/facts-at.ts'
import { DryRunKnown } from '../../workers/stages/dry-run-known.ts'
import { ReadinessKnown } from '../../workers/stages/readiness-known.ts'

interface Read<Known, Output> {
  head: StoredDecision['head']
  known: Known
  output: Output
}

const read = <Known extends z.ZodType, Output extends z.ZodType>(
  { decisions }: StoredIncident,
  stage: StageName,
  known: Known,
  output: Output,
): Read<z.infer<Known>, z.infer<Output>> | null => {
  const stored = decisions[stage]
  if (!stored) return null
  try {
    const all = { ...JSON.parse(stored.terms ?? '{}'), ...JSON.parse(stored.texts.known) }
    return { head: stored.head, known: known.parse(all), output: output.parse(JSON.parse(stored.texts.output)) }
  } catch {
    return null
  }
}

export const readinessOf = (stored: StoredIncident) => read(stored, 'readiness', ReadinessKnown, Ready)

/** Those that counted when it was decided, and why the others did not. */
export const factsOf = ({
  known,
  head,
}: Pick<Read<ReadinessKnown | DryRunKnown, unknown>, 'known' | 'head'>): FactsAt => factsAt(known, head.now)

export const dryRunOf = (stored: StoredIncident) => read(stored, 'dry-run', DryRunKnown, DryRunResult)
