import { describe, expect, it } from 'vitest'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { GateCard, GateInput } from './gate-input.ts'
import { judge } from './judge.ts'
import { passingInput, profileOf, withCard, withScores } from './passing-input.fixture.ts'

const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
const thaw = '2027-01-02T00:00:00.001Z'
const conflict: GateInput['conflicts'][number] = {
  field: 'pod',
  values: [
    { source: 'grafana', value: 'a' },
    { source: 'pagerduty', value: 'b' },
  ],
}
const said = (steps: readonly FlipStep[]) => steps.map(({ change, name, from, to }) => [change, name, from, to])
const flipped = (input: GateInput) => judge(input).flip

describe('what would flip it', () => {
  it.each<[string, GateInput, unknown[]]>([
    ['nothing, where it passes', passingInput, []],
    ['one point, where one is short', withScores({ spec: 3 }), [['score', 'spec', 3, 4]]],
    ['the next whole score above a fraction', withScores({ spec: 3.5 }), [['score', 'spec', 3.5, 4]]],
    [
      'one category that is raised anyway, not another as well',
      withScores({ verification: 2 }),
      [['score', 'verification', 2, 4]],
    ],
    ['as few categories as can be', withScores({ spec: 2, process: 3 }), [['score', 'spec', 2, 5]]],
    ['as high as the total needs, not as the axis', withScores({ security: 0 }), [['score', 'security', 0, 4]]],
    ['what was never scored', withScores({ process: null }), [['score', 'process', null, 3]]],
    [
      'the threshold of the profile',
      {
        ...withScores({}),
        policy: { card: withScores({}).policy?.card as GateCard, profile: { ...profileOf('default'), auto: 25 } },
      },
      [['score', 'process', 4, 5]],
    ],
    ['a backup', { ...passingInput, stateful: true, backup_verified: null }, [['fact', 'backup_verified', null, true]]],
    [
      'one of two ways to mend a wide radius',
      withCard({ radius_of_impact: 'cluster', dry_run_verified: null }),
      [['check', 'radius_of_impact', 'cluster', 'deployment']],
    ],
    [
      'a fact with the value that is asked for',
      { ...passingInput, stateful: null, unknown_facts: [{ name: 'stateful', message: 'x' }] },
      [['fact', 'stateful', null, false]],
    ],
    [
      'a fact of which only knowing it is asked',
      { ...passingInput, unknown_facts: [{ name: 'pod', message: 'x' }] },
      [['fact', 'pod', null, 'known']],
    ],
    [
      'a source more',
      { ...passingInput, sources: { required: 3, seen: ['grafana'] } },
      [['sources', 'sources_required', 1, 3]],
    ],
    ['the end of the freeze', { ...passingInput, freezes: [freeze], thaw }, [['wait', 'change_freeze', null, thaw]]],
    [
      'the trace of a card',
      { ...passingInput, audit: { coverage: 0.7, problem: null } },
      [['check', 'audit_trace_coverage', 0.7, 1]],
    ],
    [
      'nothing, where sources disagree',
      { ...passingInput, conflicts: [conflict] },
      [['none', 'source_conflict', null, null]],
    ],
    [
      'nothing, where the trace of an incident is broken',
      { ...passingInput, audit: { coverage: 0, problem: 'record 1 was changed' } },
      [['none', 'audit_trace_incomplete', null, null]],
    ],
    [
      'the rest, beside what stands in the way',
      { ...withScores({ spec: 3 }), conflicts: [conflict] },
      [
        ['none', 'source_conflict', null, null],
        ['score', 'spec', 3, 4],
      ],
    ],
    [
      'nothing, where more is asked than can be scored',
      {
        ...passingInput,
        policy: { card: passingInput.policy?.card as GateCard, profile: { ...profileOf('default'), auto: 26 } },
      },
      [['none', 'score_below_threshold', null, null]],
    ],
    [
      'nothing, without a policy',
      { ...passingInput, policy: null, policy_problem: { code: 'policy_missing', message: 'no policy' } },
      [['none', 'policy_missing', null, null]],
    ],
  ])('%s', (_, input, steps) => {
    expect(said(flipped(input))).toEqual(steps)
  })

  it('says what stays in the way of every change', () => {
    const { card } = passingInput.policy ?? {}
    const policy = { card: card as GateCard, profile: { ...profileOf('default'), auto: 26 } }
    expect(flipped({ ...passingInput, policy })[0]?.text).toBe('no change lifts it: total 25 < 26')
  })

  it('is said in words that somebody can act on', () => {
    const worst = {
      ...withScores({ security: 2, spec: null }, { rollback_condition_present: null }),
      conflicts: [conflict],
    }
    expect(flipped(worst).map(({ text }) => text)).toEqual([
      'a person must find out which target is meant: the sources name different values of pod; then whoever keeps the alert rules must make them agree',
      'score spec, with at least 4, with evidence: at most one plan item implements no requirement',
      'raise security from 2 to 5, with evidence: guardrails, emergency stop, a rollback condition written before, and a formal trigger for escalation',
      'write the rollback condition down (rollback_condition_present: true, not stated now)',
    ])
  })
})
