import { describe, expect, it } from 'vitest'
import { BlockerCode } from '../../shared/contracts/blocker.ts'
import type { GateInput } from './gate-input.ts'
import { BLOCKERS, evaluate as holding } from './index.ts'
import { judge } from './judge.ts'
import { passingInput, profileOf, withCard, withScores } from './passing-input.fixture.ts'

const evaluate = (input: GateInput) => holding(input).map(({ blocker }) => blocker)

const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
const withAudit = (coverage: unknown, problem: string | null = null): GateInput => ({
  ...passingInput,
  audit: { coverage, problem },
})

/** Each row: what is handed in, and exactly the blocker it gives beside those that the total alone brings. */
const last = { incident_id: 'HM-2026-05-17-01', at: '2026-05-17T11:40:00.000Z' }
const free_at = '2026-05-17T11:55:00.000Z'
const repeated = { scope: 'repeat:high_memory_usage:a', limit: 1, window: 900_000, passes: 1, free_at, last }
const exhausted = { scope: 'namespace:prod', limit: 3, window: 3_600_000, passes: 3, free_at, last }
const none = { scope: 'service:x', limit: 0, window: 90_000, passes: 0, free_at: null, last: null }

const HOLDS: [BlockerCode, string, GateInput][] = [
  ['audit_trace_incomplete', 'audit_trace_coverage=0.7 < 1.0', withAudit(0.7)],
  [
    'audit_trace_incomplete',
    'audit_trace_coverage=0 < 1.0 (record 1 was changed)',
    withAudit(0, 'record 1 was changed'),
  ],
  ['audit_trace_incomplete', 'audit_trace_coverage is missing', withAudit(undefined)],
  ['audit_trace_incomplete', 'audit_trace_coverage is missing', withAudit(null)],
  ['audit_trace_incomplete', 'audit_trace_coverage="1.0" is not a number from 0 to 1', withAudit('1.0')],
  ['audit_trace_incomplete', 'audit_trace_coverage=true is not a number from 0 to 1', withAudit(true)],
  ['audit_trace_incomplete', 'audit_trace_coverage=1.5 is not a number from 0 to 1', withAudit(1.5)],
  ['audit_trace_incomplete', 'audit_trace_coverage=-0.1 is not a number from 0 to 1', withAudit(-0.1)],
  ['audit_trace_incomplete', 'audit_trace_coverage=null is not a number from 0 to 1', withAudit(Number.NaN)],
  ['axis_missing', 'no score for spec: counts as 0', withScores({ spec: null })],
  ['axis_missing', 'no score for spec, process: counts as 0', withScores({ spec: null, process: null })],
  ['score_below_threshold', 'total 22 < 23', withScores({ spec: 3 })],
  ['score_below_threshold', 'total 22.5 < 23', withScores({ spec: 3.5 })],
  ['security_zero', 'security=0', withScores({ security: 0 })],
  ['security_zero', 'security=0', withScores({ security: null })],
  ['verification_failed', 'verification=2 <= 2', withScores({ verification: 2 })],
  ['verification_failed', 'verification=0 <= 2', withScores({ verification: null })],
  ['rollback_missing', 'security=2 <= 2', withScores({ security: 2 })],
  ['rollback_missing', 'rollback_condition_present=false', withCard({ rollback_condition_present: false })],
  ['rollback_missing', 'rollback_condition_present=missing', withCard({ rollback_condition_present: null })],
  [
    'rollback_missing',
    'security=1 <= 2, rollback_condition_present=false',
    withScores({ security: 1 }, { rollback_condition_present: false }),
  ],
  ['blast_radius_undefined', 'blast_radius_known=false', withCard({ blast_radius_known: false })],
  ['blast_radius_undefined', 'blast_radius_known=missing', withCard({ blast_radius_known: null })],
  [
    'blast_radius_undefined',
    'implementation=2 <= 2 and radius_of_impact=missing',
    withScores({ implementation: 2 }, { radius_of_impact: null }),
  ],
  [
    'blast_radius_undefined',
    'radius_of_impact=namespace is wider than deployment and dry_run_verified=false',
    withCard({ radius_of_impact: 'namespace', dry_run_verified: false }),
  ],
  [
    'blast_radius_undefined',
    'radius_of_impact=cluster is wider than deployment and dry_run_verified=missing',
    withCard({ radius_of_impact: 'cluster', dry_run_verified: null }),
  ],
  [
    'blast_radius_undefined',
    'blast_radius_known=false, radius_of_impact=cluster is wider than deployment and dry_run_verified=false',
    withCard({ blast_radius_known: false, radius_of_impact: 'cluster', dry_run_verified: false }),
  ],
  [
    'stateful_without_backup',
    'stateful=true, backup_verified=false',
    { ...passingInput, stateful: true, backup_verified: false },
  ],
  [
    'stateful_without_backup',
    'stateful=true, backup_verified=missing',
    { ...passingInput, stateful: true, backup_verified: null },
  ],
  [
    'source_conflict',
    "namespace: 'prod' (grafana) vs 'staging' (pagerduty)",
    {
      ...passingInput,
      conflicts: [
        {
          field: 'namespace',
          values: [
            { source: 'grafana', value: 'prod' },
            { source: 'pagerduty', value: 'staging' },
          ],
        },
      ],
    },
  ],
  [
    'corroboration_missing',
    '1 of 2 sources seen (grafana)',
    { ...passingInput, sources: { required: 2, seen: ['grafana'] } },
  ],
  ['corroboration_missing', '0 of 1 sources seen (none)', { ...passingInput, sources: { required: 1, seen: [] } }],
  [
    'corroboration_missing',
    '2 of 3 sources seen (grafana, pagerduty)',
    { ...passingInput, sources: { required: 3, seen: ['grafana', 'pagerduty'] } },
  ],
  [
    'fact_unknown',
    'pod is not known; quota is not known',
    {
      ...passingInput,
      unknown_facts: ['pod', 'quota'].map((name) => ({ name, message: `${name} is not known` })),
    },
  ],
  [
    'repeat_incident',
    'passed 1 time(s) within the repeat window of 15m, the last one HM-2026-05-17-01 at 2026-05-17T11:40:00.000Z',
    { ...passingInput, spent: [repeated] },
  ],
  [
    'blast_radius_budget_exhausted',
    '3 of 3 passes in 1h used (namespace:prod), the last one HM-2026-05-17-01 at 2026-05-17T11:40:00.000Z; 0 of 0 passes in 1m 30s used (service:x)',
    { ...passingInput, spent: [exhausted, none] },
  ],
  [
    'change_freeze',
    'frozen (global) from 2026-12-23T00:00:00Z to 2027-01-02T00:00:00Z: year end',
    { ...passingInput, freezes: [freeze] },
  ],
  [
    'change_freeze',
    'frozen (global) from 2026-12-23T00:00:00Z to 2027-01-02T00:00:00Z: year end; frozen (global) from 2026-12-23T00:00:00Z to 2027-01-02T00:00:00Z: audit',
    { ...passingInput, freezes: [freeze, { ...freeze, reason: 'audit' }] },
  ],
  [
    'policy_missing',
    'no policy',
    { ...passingInput, policy: null, policy_problem: { code: 'policy_missing', message: 'no policy' } },
  ],
  [
    'policy_invalid',
    'scores.spec is 9',
    { ...passingInput, policy: null, policy_problem: { code: 'policy_invalid', message: 'scores.spec is 9' } },
  ],
]

describe('blockers', () => {
  it('stand in the order of the contract, each once', () => {
    const codes = BLOCKERS.map(({ code }) => code)
    expect(codes).toEqual(BlockerCode.options.filter((code) => codes.includes(code)))
  })

  it('each has a row in the table, and each says why it exists', () => {
    expect([...new Set(HOLDS.map(([code]) => code))]).toEqual(BLOCKERS.map(({ code }) => code))
    for (const { why } of BLOCKERS) expect(why).toMatch(/^[A-Z].*\.$/)
  })

  it('none holds for what is ready', () => {
    expect(evaluate(passingInput)).toEqual([])
  })

  it.each(HOLDS)('%s: %s', (code, message, input) => {
    expect(evaluate(input)).toContainEqual({ code, message })
    for (const { flip } of holding(input)) expect(flip()).not.toHaveLength(0)
  })

  it.each<[string, GateInput, BlockerCode[]]>([
    [
      'an absent axis counts as 0 everywhere',
      withScores({ security: null }),
      ['axis_missing', 'score_below_threshold', 'security_zero', 'rollback_missing'],
    ],
    ['a low security alone', withScores({ security: 2 }), ['score_below_threshold', 'rollback_missing']],
    ['security of 3 has a rollback', withScores({ security: 3 }), ['score_below_threshold']],
    ['verification of 3 is enough', withScores({ verification: 3 }), ['score_below_threshold']],
    ['a low implementation with its radius stated', withScores({ implementation: 2 }), ['score_below_threshold']],
    ['a missing radius with a good implementation', withCard({ radius_of_impact: null }), []],
    ['a wide radius that was tried', withCard({ radius_of_impact: 'cluster' }), []],
    ['a deployment needs no trial', withCard({ radius_of_impact: 'deployment', dry_run_verified: false }), []],
    ['a stateful workload with its backup', { ...passingInput, stateful: true }, []],
    ['a stateless one without', { ...passingInput, backup_verified: null }, []],
    ['more sources than needed', { ...passingInput, sources: { required: 1, seen: ['grafana', 'pagerduty'] } }, []],
  ])('%s', (_, input, codes) => {
    expect(evaluate(input).map(({ code }) => code)).toEqual(codes)
  })

  it('without a policy only that is reported, and what needs no card', () => {
    const problem = { code: 'policy_missing' as const, message: 'no policy' }
    const bare: GateInput = { ...passingInput, policy: null, policy_problem: problem }
    expect(evaluate(bare)).toEqual([problem])
    expect(
      evaluate({ ...bare, audit: { coverage: 0.5, problem: null }, freezes: [freeze] }).map(({ code }) => code),
    ).toEqual(['audit_trace_incomplete', 'change_freeze', 'policy_missing'])
  })

  it('of budgets say when there is some again', () => {
    const { flip } = judge({ ...passingInput, spent: [repeated, exhausted, none] })
    expect(flip.map(({ change, name, text }) => [change, name, text])).toEqual([
      ['none', 'repeat_incident', `have a person look at it, or wait until ${free_at}, when the repeat window ends`],
      [
        'none',
        'blast_radius_budget_exhausted',
        `wait until ${free_at} and for another budget of service:x, when a share of the budget is free again`,
      ],
    ])
  })

  it('the threshold is that of the profile, and for stateful workloads its own', () => {
    const strict = { card: withScores({ spec: 4 }).policy?.card ?? null, profile: profileOf('stateful_strict') }
    if (strict.card === null) throw new Error('no card')
    const input = { ...passingInput, policy: { card: strict.card, profile: strict.profile } }
    expect(evaluate(input)).toEqual([])
    expect(evaluate({ ...input, stateful: true })).toEqual([
      { code: 'score_below_threshold', message: 'total 23 < 24' },
    ])
    expect(evaluate({ ...input, stateful: null })).toEqual([
      { code: 'score_below_threshold', message: 'total 23 < 24' },
    ])
  })
})
