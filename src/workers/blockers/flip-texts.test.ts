/** What each blocker says would lift it, for each place from the least to the most, in the words that a person reads. */
import { expect, it } from 'vitest'
import type { BlockerCode } from '../../shared/contracts/blocker.ts'
import type { GateInput } from './gate-input.ts'
import { evaluate } from './index.ts'
import { passingInput, withCard, withScores } from './passing-input.fixture.ts'

const flips = (input: GateInput, code: BlockerCode) => {
  const lifted = evaluate(input)
    .find(({ blocker }) => blocker.code === code)
    ?.flip()
  return typeof lifted === 'string'
    ? lifted
    : lifted?.map(({ change, name, from, to, text }) => `${change} ${name} ${from} -> ${to}: ${text}`)
}
const withAudit = (coverage: unknown, problem: string | null = null) => ({
  ...passingInput,
  audit: { coverage, problem },
})
const TRACE = 'complete the audit trace (audit_trace_coverage: 1.0, now'
const freeze = (reason: string) => ({
  from: '2026-12-23T00:00:00Z',
  to: '2027-01-02T00:00:00Z',
  scope: 'global',
  reason,
})
const conflict = (field: 'service' | 'pod') => ({ field, values: [{ source: 'grafana' as const, value: 'a' }] })
const problem = (code: 'policy_missing' | 'policy_invalid') => ({
  ...passingInput,
  ...{ policy: null, policy_problem: { code, message: 'scores.spec is 9' } },
})

it.each<[BlockerCode, GateInput, string | string[]]>([
  ['audit_trace_incomplete', withAudit(0.7), [`check audit_trace_coverage 0.7 -> 1: ${TRACE} 0.7)`]],
  ['audit_trace_incomplete', withAudit('all'), [`check audit_trace_coverage all -> 1: ${TRACE} "all")`]],
  ['audit_trace_incomplete', withAudit(true), [`check audit_trace_coverage null -> 1: ${TRACE} true)`]],
  ['audit_trace_incomplete', withAudit(undefined), [`check audit_trace_coverage null -> 1: ${TRACE} missing)`]],
  [
    'audit_trace_incomplete',
    withAudit(0, 'record 1 was changed'),
    'nobody can complete a trace afterwards (record 1 was changed): the owner of the pipeline must find out who changed it, beginning with "interlock audit verify"',
  ],
  [
    'axis_missing',
    withScores({ spec: null }),
    [
      'score spec null -> 0: score spec, with at least 0, with evidence: nothing yet',
      'score spec null -> 1: score spec, with at least 1, with evidence: the symptom is described',
      'score spec null -> 2: score spec, with at least 2, with evidence: two of WHY, WHAT and constraints are there',
      'score spec null -> 3: score spec, with at least 3, with evidence: WHY is there, WHAT and constraints in part',
      'score spec null -> 4: score spec, with at least 4, with evidence: at most one plan item implements no requirement',
      'score spec null -> 5: score spec, with at least 5, with evidence: WHY, WHAT, constraints, acceptance criteria and Given/When/Then, and nothing out of scope in the plan',
    ],
  ],
  [
    'score_below_threshold',
    withScores({ verification: 3.5, process: 4 }),
    [
      'score verification 3.5 -> 4: raise verification from 3.5 to 4, with evidence: a stress spec for at least one class',
      'score verification 3.5 -> 5: raise verification from 3.5 to 5, with evidence: Given/When/Then for both paths, schemas on inputs and outputs, a stress spec, metrics in two windows',
      'score process 4 -> 5: raise process from 4 to 5, with evidence: every step tied by the incident_id, the log reproducible, and a replay gives the same diff',
    ],
  ],
  [
    'rollback_missing',
    withCard({ rollback_condition_present: false }),
    [
      'check rollback_condition_present false -> true: write the rollback condition down (rollback_condition_present: true, now false)',
    ],
  ],
  [
    'rollback_missing',
    withScores({ security: 2 }),
    [
      'score security 2 -> 3: raise security from 2 to 3, with evidence: rollback and guardrails',
      'score security 2 -> 4: raise security from 2 to 4, with evidence: an emergency stop, and escalation described in text',
      'score security 2 -> 5: raise security from 2 to 5, with evidence: guardrails, emergency stop, a rollback condition written before, and a formal trigger for escalation',
    ],
  ],
  [
    'blast_radius_undefined',
    withCard({ blast_radius_known: null }),
    ['check blast_radius_known null -> true: determine the blast radius (blast_radius_known: true, not stated now)'],
  ],
  [
    'blast_radius_undefined',
    withScores({ implementation: 2 }, { radius_of_impact: null }),
    [
      'check radius_of_impact null -> deployment: state how far the action reaches, at most (radius_of_impact: deployment, not stated now)',
      'score implementation 2 -> 3: raise implementation from 2 to 3, with evidence: a dry-run for some steps, the radius at least in prose',
      'score implementation 2 -> 4: raise implementation from 2 to 4, with evidence: at most one task changes state without a check before it',
      'score implementation 2 -> 5: raise implementation from 2 to 5, with evidence: every task idempotent, with a dry-run, an explicit radius and changes through GitOps',
    ],
  ],
  [
    'blast_radius_undefined',
    withCard({ radius_of_impact: 'cluster', dry_run_verified: false }),
    [
      'check radius_of_impact cluster -> deployment: narrow the action (radius_of_impact: deployment, now cluster)',
      'check dry_run_verified false -> true: verify a dry-run (dry_run_verified: true, now false)',
    ],
  ],
  [
    'stateful_without_backup',
    { ...passingInput, stateful: true, backup_verified: null },
    ['fact backup_verified null -> true: verify a backup by restoring it (backup_verified: true, now missing)'],
  ],
  [
    'stateful_without_backup',
    { ...passingInput, stateful: true, backup_denied: true },
    [
      'check backup_verified false -> true: take back in the card that no backup is verified, which overrules the facts (checks.backup_verified, now false)',
    ],
  ],
  [
    'source_conflict',
    { ...passingInput, conflicts: [conflict('service'), conflict('pod')] },
    'a person must find out which target is meant: the sources name different values of service and pod; then whoever keeps the alert rules must make them agree',
  ],
  [
    'corroboration_missing',
    { ...passingInput, sources: { required: 3, seen: ['grafana', 'pagerduty'] } },
    [
      'sources sources_required 2 -> 3: 1 more source(s) must report within the correlation window (seen: grafana, pagerduty)',
    ],
  ],
  [
    'corroboration_missing',
    { ...passingInput, sources: { required: 1, seen: [] } },
    ['sources sources_required 0 -> 1: 1 more source(s) must report within the correlation window (seen: none)'],
  ],
  [
    'fact_unknown',
    { ...passingInput, unknown_facts: ['stateful', 'backup_verified', 'pod'].map((name) => ({ name, message: name })) },
    [
      'fact stateful null -> false: make stateful known; this passes only where stateful is false',
      'fact backup_verified null -> true: make backup_verified known; this passes only where backup_verified is true',
      'fact pod null -> known: make pod known',
    ],
  ],
  [
    'change_freeze',
    { ...passingInput, freezes: [freeze('year end'), freeze('audit')], thaw: '2027-01-02T00:00:00.001Z' },
    [
      'wait change_freeze null -> 2027-01-02T00:00:00.001Z: wait until 2027-01-02T00:00:00.001Z, when nothing is frozen any more (year end; audit)',
    ],
  ],
  [
    'policy_missing',
    problem('policy_missing'),
    'the team that owns this class of incident must write its policy: specify.md and readiness.yaml',
  ],
  ['policy_invalid', problem('policy_invalid'), 'the owner of the policy must mend it: scores.spec is 9'],
])('%s', (code, input, said) => {
  expect(flips(input, code)).toEqual(said)
})
