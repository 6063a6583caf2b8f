/**
 * The best verdict a policy can give today: the very decisions of readiness and dry-run on an incident with which nothing
 * is wrong. What only a running installation knows (stops, earlier runs, repeats, budgets) is as good as it can be, but
 * for the first run: whether a person has confirmed one is not known here, so it counts as the first.
 */
import type { VerdictName } from '../../shared/contracts/incident.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'
import { dryRun } from '../stages/dry-run.ts'
import { readiness } from '../stages/readiness.ts'
import { idealIncident, type Target } from './ideal-incident.ts'

export interface BestVerdict {
  /** Null without a policy to name one. */
  action: string | null
  verdict: VerdictName
  /** Why it is no better, in the words of the stage that decided; empty for `dry_run_passed`. */
  held_back_by: { code: string; message: string }[]
}

/** `now` is RFC 3339 with milliseconds: freezes are judged at that time. */
export const bestVerdict = (policies: PolicySet, incidentClass: string, target: Target, now: string): BestVerdict => {
  const { normalized, incident, seen } = idealIncident(policies, incidentClass, target)
  const judged = readiness.decide(
    normalized,
    readiness.known.parse({
      ...readiness.fromPolicies(policies, incident),
      ...seen,
      audit: { coverage: 1, problem: null },
    }),
    now,
  )
  const { action } = judged.output
  if (judged.outcome === 'stop') return { action, verdict: judged.verdict, held_back_by: judged.blockers }
  const planned = dryRun.decide(
    judged.output,
    dryRun.known.parse({
      ...dryRun.fromPolicies(policies, incident),
      conflicts: seen.conflicts,
      readiness_recorded: true,
      step_confirmed: false,
      first_run: true,
    }),
    now,
  )
  if (planned.outcome === 'next') throw new Error('dry-run is the last stage')
  if (planned.verdict !== 'awaiting_review') return { action, verdict: planned.verdict, held_back_by: planned.blockers }
  const message = `a person confirms the first run of ${action} on each service (human_review_for_first_run)`
  return { action, verdict: planned.verdict, held_back_by: [{ code: planned.verdict, message }] }
}
