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
  const judgement = setting().ready.readiness
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

  it('passes where a person has confirmed this run before', () => {
    expect(decided({ known: { first_run: false } })).toMatchObject({ verdict: 'dry_run_passed' })
  })

  it('goes on with a semi-manual incident only where a person let it, and then asks about the plan', () => {
    const blocker = { code: 'score_below_threshold' as const, message: '22 < 23' }
    const semi: Ready['readiness'] = { ...judgement, outcome: 'block', mode: 'semi_manual', blockers: [blocker] }
    const ready = { readiness: semi, needs_review: false }
    const step_confirmed = true
    expect(decided({ ready, known: { step_confirmed, first_run: false } })).toMatchObject({
      verdict: 'awaiting_review',
    })
    expect(blocked(decided({ ready }))).toMatchObject([{ code: 'readiness_not_passed' }])
    const frozen = { ...semi, blockers: [blocker, { code: 'change_freeze' as const, message: 'x' }] }
    expect(blocked(decided({ ready: { readiness: frozen }, known: { step_confirmed } }))).toHaveLength(1)
  })

  it.each([
    [true, 'review_approved', true],
    [false, 'readiness_evaluated', false],
  ] as const)('counts a confirmation only of the last readiness: %s', (_, event, expected) => {
    const { snapshot } = setting()
    const [record] = snapshot.trace
    if (!record) throw new Error('no trace')
    const trace = [...snapshot.trace, { ...record, event: 'review_approved' as const }, { ...record, event }]
    expect(dryRunKnown({ ...snapshot, trace }).known.step_confirmed).toBe(expected)
  })

  it.each([
    [true, false],
    [Promise.resolve(true), false],
    [Promise.resolve(false), true],
  ])('takes what is remembered of the run: %o', async (confirmed, first_run) => {
    const { snapshot } = setting()
    expect((await dryRun.load({ ...snapshot, confirmed: () => confirmed })).known.first_run).toBe(first_run)
    expect((await dryRun.load(snapshot)).known.first_run).toBe(true)
  })

  it('twice gives the same bytes, and so does what was stored', () => {
    const { ready, known } = setting()
    const stored = dryRun.known.parse(JSON.parse(canonicalJson(known)))
    expect(stored).toEqual(known)
    expect(canonicalJson(dryRun.decide(ready, stored, NOW))).toBe(canonicalJson(decided()))
  })

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
    expect(blocked(decided(changes)).map(({ code }) => code)).toEqual(codes)
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
