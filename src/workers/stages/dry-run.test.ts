import { describe, expect, it } from 'vitest'
import { canonicalJson, digest } from '../../shared/audit/digest.ts'
import type { PreApprovedAction } from '../../shared/contracts/policy.ts'
import type { Ready } from '../../shared/contracts/ready.ts'
import { sumUp } from '../../shared/incident/merge.ts'
import { dryRun } from './dry-run.ts'
import { type DryRunKnown, dryRunKnown } from './dry-run-known.ts'
import { readiness } from './readiness.ts'
import { readinessKnown } from './readiness-known.ts'
import { NOW, normalized, POLICIES, sighting } from './snapshot.fixture.ts'

const setting = () => {
  const { input, snapshot } = normalized({
    events: ['webhook_received', 'incident_event_normalized', 'spec_resolved', 'readiness_evaluated'],
  })
  const known = readinessKnown(snapshot).known
  const result = readiness.decide(input, known, NOW)
  snapshot.incident.decisions.readiness = {
    outcome: result.outcome,
    known,
    now: NOW,
    policy_digest: known.policy_digest,
    terms_digest: null,
    rules_version: '1',
    output: result.output,
    output_digest: digest(result.output),
  }
  return { ready: result.output, known: dryRunKnown(snapshot).known, snapshot }
}
const decided = (changes: { ready?: Partial<Ready>; known?: Partial<DryRunKnown> } = {}) => {
  const { ready, known } = setting()
  return dryRun.decide({ ...ready, ...changes.ready }, dryRun.known.parse({ ...known, ...changes.known }), NOW)
}
const blocked = (result: ReturnType<typeof decided>) => {
  expect(result).toMatchObject({
    verdict: 'blocked',
    events: ['dry_run_evaluated'],
    output: { outcome: 'block', plan: null, plan_digest: null },
  })
  return result.output.blockers
}
const scaleUp: PreApprovedAction = {
  action: 'scale_up_replicas_one',
  requires: [
    { text: 'stateless', fact: 'stateless', kind: 'is_true' },
    { text: 'remaining_quota >= 3', fact: 'remaining_quota', kind: 'compares', operator: '>=', number: 3 },
    { text: 'replicas < 9', fact: 'replicas', kind: 'compares', operator: '<', number: 9 },
  ],
}

describe('dry-run', () => {
  it('plans for review where the policy wants a person on the first run', () => {
    const result = decided()
    expect(result).toMatchObject({
      outcome: 'stop',
      verdict: 'awaiting_review',
      blockers: [],
      events: ['dry_run_evaluated', 'review_requested'],
      output: { outcome: 'pass', action: 'restart_pod', plan: { action: 'restart_pod', radius: 'pod' } },
    })
    expect(result.output.plan_digest).toBe(digest(result.output.plan))
    expect(dryRun.output.parse(result.output)).toEqual(result.output)
  })

  it('passes where it does not', () => {
    expect(decided({ ready: { needs_review: false } })).toMatchObject({
      verdict: 'dry_run_passed',
      events: ['dry_run_evaluated'],
      output: { outcome: 'pass' },
    })
  })

  it('twice gives the same bytes, and so does what was stored', () => {
    const { ready, known } = setting()
    const stored = dryRun.known.parse(JSON.parse(canonicalJson(known)))
    expect(stored).toEqual(known)
    expect(canonicalJson(dryRun.decide(ready, stored, NOW))).toBe(canonicalJson(decided()))
  })

  const judgement = setting().ready.readiness
  it.each<[string, Parameters<typeof decided>[0]]>([
    ['blocked', { ready: { readiness: { ...judgement, outcome: 'block' } } }],
    ['semi-manual', { ready: { readiness: { ...judgement, mode: 'semi_manual' } } }],
    [
      'passed with a blocker',
      { ready: { readiness: { ...judgement, blockers: [{ code: 'security_zero', message: 'x' }] } } },
    ],
    ['passed without an action', { ready: { action: null } }],
    ['passed by its own word only', { known: { readiness_recorded: false } }],
  ])('never begins where readiness has %s', (_, changes) => {
    expect(blocked(decided(changes)).map(({ code }) => code)).toEqual(['readiness_not_passed'])
  })

  it('takes readiness as recorded only with its decision and its record in the trace', () => {
    const { snapshot } = setting()
    expect(dryRunKnown(snapshot).known.readiness_recorded).toBe(true)
    expect(dryRunKnown({ ...snapshot, trace: snapshot.trace.slice(0, 3) }).known.readiness_recorded).toBe(false)
    const { incident } = snapshot
    expect(dryRunKnown({ ...snapshot, incident: { ...incident, decisions: {} } }).known.readiness_recorded).toBe(false)
  })

  it.each<[string, Parameters<typeof decided>[0], string[]]>([
    ['a spec that lists nothing', { known: { pre_approved: [] } }, ['spec_has_no_actions']],
    ['an action that is not listed', { ready: { action: 'delete_namespace' } }, ['action_not_pre_approved']],
    [
      'an action that is listed and unknown',
      { ready: { action: 'other' }, known: { pre_approved: [{ action: 'other', requires: [] }] } },
      ['action_unknown'],
    ],
    [
      'conditions that are not met, each with its reason',
      {
        ready: { action: 'scale_up_replicas_one' },
        known: { pre_approved: [scaleUp], radius_of_impact: 'deployment' },
      },
      ['precondition_not_met', 'fact_unknown'],
    ],
    [
      'a plan wider than the card allows',
      {
        ready: { action: 'scale_up_replicas_one' },
        known: { pre_approved: [{ ...scaleUp, requires: [] }], radius_of_impact: 'pod' },
      },
      ['radius_exceeded'],
    ],
    [
      'a plan wider than the spec allows',
      {
        ready: { action: 'scale_up_replicas_one' },
        known: { pre_approved: [{ ...scaleUp, requires: [], radius_of_impact: 'pod' }], radius_of_impact: null },
      },
      ['radius_exceeded'],
    ],
    ['a target that is not known', { ready: { event: { ...setting().ready.event, pod: '' } } }, ['fact_unknown']],
    [
      'a policy that broke meanwhile',
      { known: { policy_problem: { code: 'policy_invalid', message: 'why' } } },
      ['policy_invalid'],
    ],
    [
      'a source that reported another target meanwhile',
      {
        known: {
          conflicts: [
            {
              field: 'pod',
              values: [
                { source: 'grafana', value: 'a' },
                { source: 'alertmanager', value: 'b' },
              ],
            },
          ],
        },
      },
      ['source_conflict'],
    ],
  ])('%s is blocked', (_, changes, codes) => {
    expect(decided(changes).output.flip).not.toEqual([])
    expect(blocked(decided(changes)).map(({ code }) => code)).toEqual(codes)
  })

  const scaling = (known: Partial<DryRunKnown>) => ({ ready: { action: 'scale_up_replicas_one' }, known })
  const contradiction = [
    ...scaleUp.requires,
    { text: 'not stateless', fact: 'stateless', kind: 'is_not_true' as const },
  ]
  it.each<[string, Parameters<typeof decided>[0], unknown[]]>([
    ['nothing, where it passes', {}, []],
    [
      'facts with the value nearest to what is there',
      scaling({ pre_approved: [scaleUp], radius_of_impact: 'deployment' }),
      [
        ['fact', 'remaining_quota', 2, 3],
        ['fact', 'replicas', null, 8],
      ],
    ],
    [
      'an approval, and what it allows',
      scaling({ pre_approved: [], radius_of_impact: 'pod' }),
      [
        ['approval', 'scale_up_replicas_one', null, 'pre_approved'],
        ['check', 'radius_of_impact', 'pod', 'deployment'],
      ],
    ],
    [
      'the limit of the spec',
      scaling({ pre_approved: [{ ...scaleUp, requires: [], radius_of_impact: 'pod' }], radius_of_impact: null }),
      [['check', 'specify.md radius_of_impact', 'pod', 'deployment']],
    ],
    [
      'a target that a source names',
      { ready: { event: { ...setting().ready.event, pod: '' } } },
      [['fact', 'pod', null, 'known']],
    ],
    [
      'the rest, where no value meets what is asked',
      scaling({ pre_approved: [{ ...scaleUp, requires: contradiction }], radius_of_impact: 'deployment' }),
      [
        ['none', 'precondition_not_met', null, null],
        ['fact', 'remaining_quota', 2, 3],
        ['fact', 'replicas', null, 8],
      ],
    ],
    [
      'no approval alone, where the catalogue has no such action',
      { ready: { action: 'other' } },
      [
        ['none', 'action_unknown', null, null],
        ['approval', 'other', null, 'pre_approved'],
      ],
    ],
  ])('would be flipped by %s', (_, changes, steps) => {
    const { flip } = decided(changes).output
    expect(flip.map(({ change, name, from, to }) => [change, name, from, to])).toEqual(steps)
  })

  it('names each condition, what it found and where from', () => {
    const { output } = decided({ ready: { action: 'scale_up_replicas_one' }, known: { pre_approved: [scaleUp] } })
    expect(output.preconditions).toEqual([
      { condition: 'stateless', met: true, message: null },
      {
        condition: 'remaining_quota >= 3',
        met: false,
        message: "precondition 'remaining_quota >= 3' not met (remaining_quota=2, from catalog)",
      },
      { condition: 'replicas < 9', met: false, message: "precondition 'replicas < 9' not met (replicas is unknown)" },
    ])
  })

  it('knows of sources and policies what there is now', () => {
    const { snapshot } = setting()
    snapshot.incident.seen = sumUp([sighting, { ...sighting, source: 'alertmanager', pod: 'other' }])
    const known = dryRunKnown({ ...snapshot, policies: { ...POLICIES, classes: new Map() } }).known
    expect(known).toMatchObject({
      conflicts: [{ field: 'pod' }],
      policy_problem: { code: 'policy_missing' },
      pre_approved: [],
    })
  })
})
