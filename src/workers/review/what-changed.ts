/** Whether what a person was shown still holds: what changed in plan, facts or policy since then, in words. Pure. */
import { canonicalJson } from '../../shared/audit/digest.ts'
import { type AuditRecord, StageName } from '../../shared/contracts/audit-record.ts'
import type { DryRunResult } from '../../shared/contracts/dry-run-result.ts'
import type { Incident, RecordedDecision, VerdictName } from '../../shared/contracts/incident.ts'
import { differing } from '../replay/difference.ts'
import { type LookedAgain, planOf } from './look-again.ts'

type Known = Record<string, unknown>

const knownOf = (decision: RecordedDecision | undefined): Known => (decision?.known as Known | undefined) ?? {}

/** When and by what a fact was read says nothing of what is the case; its value does. */
const valuesOf = (facts: unknown): Known =>
  Object.fromEntries(
    Object.entries((facts as Record<string, { value: unknown }> | undefined) ?? {}).map(([name, { value }]) => [
      name,
      value,
    ]),
  )

/** As plain JSON: one side comes from the ledger, the other from memory. */
const plain = (value: unknown): unknown => JSON.parse(canonicalJson(value ?? null))

const shown = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value))

const differences = (path: string, was: unknown, is: unknown): string[] =>
  differing('incident', path, plain(was), plain(is)).map(
    ({ member, recorded, replayed }) => `${member} was ${shown(recorded)} and is ${shown(replayed)} now`,
  )

/** What each status may come to when it is decided again, for the answer to hold. */
const HOLDS: Partial<Record<Incident['status'], readonly VerdictName[]>> = {
  semi_manual: ['semi_manual'],
  // Somebody may have confirmed the same run on another incident meanwhile.
  awaiting_review: ['awaiting_review', 'dry_run_passed'],
}

const DECIDED = {
  normalize: 'incident_event_normalized',
  readiness: 'readiness_evaluated',
  'dry-run': 'dry_run_evaluated',
}

/** Decisions that are not the ones the audit trace names: nothing can be approved on them. */
const tampered = ({ decisions }: Incident, trace: readonly AuditRecord[]): string[] =>
  StageName.options.flatMap((stage) => {
    const record = trace.findLast((one) => one.stage === stage && one.event === DECIDED[stage])
    return record?.output_digest === decisions[stage]?.output_digest
      ? []
      : [`the stored decision of ${stage} is not the one its audit record names`]
  })

/**
 * What Prometheus answers is another number at every look: it counts by what is decided on it, which is done anew.
 * Of an incident read with all its decisions; one sentence each, none when all holds.
 */
export const whatChanged = (incident: Incident, trace: readonly AuditRecord[], again: LookedAgain): string[] => {
  const { status, decisions } = incident
  const { result } = (again.dryRun ?? again.readiness).decided
  const verdict = result.outcome === 'stop' ? result.verdict : null
  if (verdict === null || !HOLDS[status]?.includes(verdict))
    return result.outcome === 'stop' && result.blockers.length > 0
      ? result.blockers.map(({ code, message }) => `${code}: ${message}`)
      : [`it would come to ${verdict ?? 'a dry-run without a person'} now`]
  const before = { readiness: knownOf(decisions.readiness), dryRun: knownOf(decisions['dry-run']) }
  const found = [
    ...tampered(incident, trace),
    ...differences('policy', before.readiness.policy, again.readiness.known.policy),
    ...differences('asks', before.readiness.asks, again.readiness.known.asks),
    ...differences('facts', valuesOf(before.readiness.facts), valuesOf(again.readiness.known.facts)),
  ]
  if (!again.dryRun) return found
  const { plan = null, plan_digest = null } = (decisions['dry-run']?.output ?? {}) as Partial<DryRunResult>
  const now = planOf(again)
  return [
    ...new Set([
      ...found,
      ...differences('pre_approved', before.dryRun.pre_approved, again.dryRun.known.pre_approved),
      ...differences('facts', valuesOf(before.dryRun.facts), valuesOf(again.dryRun.known.facts)),
      ...(plan_digest === now.plan_digest ? [] : [`the plan is another one (${now.plan_digest})`]),
      ...differences('plan', plan, now.plan),
    ]),
  ]
}
