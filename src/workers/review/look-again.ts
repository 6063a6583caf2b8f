/**
 * What an incident that waits for a person comes to now: readiness and dry-run decided anew by the same functions, from the
 * policies and facts of this moment. Nothing is recorded by it.
 */
import { digest } from '../../shared/audit/digest.ts'
import type { StageName } from '../../shared/contracts/audit-record.ts'
import type { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { Incident } from '../../shared/contracts/incident.ts'
import { type Decided, decideStage } from '../decide-stage.ts'
import type { AnyStage } from '../pipeline.ts'
import type { Snapshot } from '../stage.ts'
import { dryRun } from '../stages/dry-run.ts'
import { readiness } from '../stages/readiness.ts'

interface Look {
  decided: Decided
  known: Record<string, unknown>
}

/** `dryRun` is null where readiness does not lead that far. */
export interface LookedAgain {
  readiness: Look
  dryRun: Look | null
}

const decide = async (stage: AnyStage, snapshot: Snapshot, input: unknown, now: string): Promise<Look> => {
  const loaded = await stage.load(snapshot)
  return { decided: decideStage(stage, { input, trusted: false }, loaded, now), known: loaded.known }
}

/** The incident as if the stage had recorded that now. */
const withDecision = (incident: Incident, stage: StageName, { decided, known }: Look): Incident => {
  const { result, texts } = decided
  const recorded = { ...texts.decision, known, output: result.output, output_digest: digest(result.output) }
  return { ...incident, decisions: { ...incident.decisions, [stage]: recorded } }
}

/** Of an incident read with all its decisions. Throws a ZodError where what normalize recorded cannot be read. */
export const lookAgain = async (snapshot: Snapshot, now: string): Promise<LookedAgain> => {
  const { incident } = snapshot
  const ready = await decide(readiness, snapshot, incident.decisions.normalize?.output, now)
  const { result } = ready.decided
  const goesOn = result.outcome === 'next' || result.verdict === 'semi_manual'
  if (!goesOn || incident.status === 'semi_manual') return { readiness: ready, dryRun: null }
  const again = { ...snapshot, incident: withDecision(incident, 'readiness', ready) }
  return { readiness: ready, dryRun: await decide(dryRun, again, result.output, now) }
}

export const planOf = ({ dryRun }: LookedAgain): Pick<DryRunResult, 'plan' | 'plan_digest'> =>
  (dryRun?.decided.result.output as DryRunResult | undefined) ?? { plan: null, plan_digest: null }
