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
    outcome: 'stop',
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
    { text: 'open_orders < 9', fact: 'open_orders', kind: 'compares', operator: '<', number: 9 },
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
      outcome: 'stop',
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

  it('passes nothing in a freeze that began since readiness, and says until when', () => {
    const freeze = (from: string, to: string, scope = 'global') => ({
      ...{ from: `2026-05-17T${from}:00Z`, to: `2026-05-17T${to}:00Z` },
      ...{ scope, reason: 'audit' },
    })
    const freezes = [freeze('11:40', '12:00'), freeze('12:00', '13:00')]
    const result = decided({ known: { freezes } })
    expect(blocked(result)).toEqual([
      { code: 'change_freeze', message: 'frozen (global) from 2026-05-17T11:40:00Z to 2026-05-17T12:00:00Z: audit' },
    ])
    expect(result.output.flip).toMatchObject([
      { change: 'wait', name: 'change_freeze', to: '2026-05-17T13:00:00.001Z' },
    ])
    const others = [freeze('10:00', '11:00'), freeze('12:00', '13:00')]
    expect(decided({ known: { freezes: others } })).toMatchObject({ verdict: 'awaiting_review' })
    const { snapshot } = setting()
    const declared = [freeze('11:40', '12:00'), freeze('11:40', '12:00', 'service:other')]
    const policies = { ...POLICIES, freezes: declared }
    expect(dryRunKnown({ ...snapshot, policies }).known.freezes).toEqual(declared.slice(0, 1))
    expect(dryRunKnown(snapshot).own).not.toHaveProperty('freezes')
  })

  it('counts as a confirmation nothing but that', () => {
    const { snapshot } = setting()
    const [record] = snapshot.trace
    if (!record) throw new Error('no trace')
    const asked = { ...record, event: 'review_requested' as const }
    expect(dryRunKnown({ ...snapshot, trace: [...snapshot.trace, asked] }).known.step_confirmed).toBe(false)
    expect(dryRunKnown({ ...snapshot, trace: [] }).known.step_confirmed).toBe(false)
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

  it('asks what is remembered of this very run, and of none whose action is not in the catalogue', async () => {
    const { snapshot } = setting()
    const asked: unknown[] = []
    const confirmed = (run: unknown) => asked.push(run) > 0
    const { run_digest } = (await dryRun.load({ ...snapshot, confirmed })).known
    const run = { service: 'appointments-api', incident_class: 'high_memory_usage', action: 'restart_pod', run_digest }
    expect(asked).toEqual([run])
    const policy = POLICIES.classes.get('high_memory_usage')
    if (!policy || 'problem' in policy) throw new Error('no policy')
    const asks = { load: { prometheus: 'load', max_age: 60_000 } }
    const other = { ...policy, card: { ...policy.card, pre_approved_action: 'other', facts: asks } }
    const policies = { ...POLICIES, classes: new Map([['high_memory_usage', other]]) }
    const { known } = await dryRun.load({ ...snapshot, policies, confirmed })
    expect(known).toMatchObject({ run_digest: null, first_run: true, asks })
    expect(asked).toHaveLength(1)
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
    [
      'fallen short of the band, whoever let it go on',
      {
        ready: {
          readiness: {
            ...judgement,
            outcome: 'block',
            mode: 'blocked',
            blockers: [{ code: 'score_below_threshold', message: 'total 19 < 23' }],
          },
        },
        known: { step_confirmed: true },
      },
    ],
    ['passed without an action', { ready: { action: null } }],
    ['passed by its own word only', { known: { readiness_recorded: false } }],
  ])('never begins where readiness has %s', (_, changes) => {
    const result = decided(changes)
    expect(blocked(result).map(({ code }) => code)).toEqual(['readiness_not_passed'])
    expect(result.output.preconditions).toEqual([])
  })

  it.each<[string, Parameters<typeof decided>[0], string]>([
    [
      'an action',
      { ready: { action: null } },
      'the owner of the pipeline must find out how this was reached: readiness has not passed: outcome=pass, mode=auto, blockers=0, recorded=true, action=none',
    ],
    [
      'a record',
      { known: { readiness_recorded: false } },
      'the owner of the pipeline must find out how this was reached: readiness has not passed: outcome=pass, mode=auto, blockers=0, recorded=false, action=restart_pod',
    ],
    [
      'an entry in the catalogue',
      { ready: { action: 'other' }, known: { pre_approved: [{ action: 'other', requires: [] }] } },
      "who develops Interlock must add the action to the catalogue: 'other' is pre-approved, but the catalogue has no such action",
    ],
    [
      'a value that conditions could have',
      {
        known: {
          pre_approved: [
            {
              action: 'restart_pod',
              requires: [
                { text: 'load > 4', fact: 'load', kind: 'compares', operator: '>', number: 4 },
                { text: 'load < 3', fact: 'load', kind: 'compares', operator: '<', number: 3 },
              ],
            },
          ],
        },
      },
      "no change lifts it: precondition 'load > 4' not met (load is unknown)",
    ],
  ])('says who must act where it lacks %s', (_, changes, text) => {
    expect(decided(changes).output.flip[0]?.text).toBe(text)
  })

  it('knows of answers and of budgets what it is given, and else nothing', () => {
    const { snapshot } = setting()
    const given = {
      answers: { load: { query: null, answer: { problem: 'x' } } },
      spent: [{ scope: 'service:x', limit: 0, window: 1, passes: 0, free_at: null, last: null }],
    }
    expect(dryRunKnown({ ...snapshot, ...given }).known).toMatchObject(given)
    expect(Object.keys(dryRunKnown(snapshot).known)).not.toEqual(expect.arrayContaining(['answers']))
    expect(Object.keys(dryRunKnown(snapshot).known)).not.toEqual(expect.arrayContaining(['spent']))
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
      'a fact that the action computes with and nobody stated',
      {
        ready: { action: 'restart_deployment' },
        known: {
          pre_approved: [{ ...scaleUp, action: 'restart_deployment', requires: [] }],
          radius_of_impact: 'deployment',
          facts: { stateful: { value: false, source: 'catalog', as_of: NOW } },
        },
      },
      ['fact_unknown'],
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

  it('plans from the facts there are now', () => {
    const fact = (value: string | boolean) => ({ value, source: 'catalog', as_of: NOW })
    const known = {
      pre_approved: [{ action: 'rollback_deployment', requires: [] }],
      radius_of_impact: 'deployment' as const,
      facts: { last_good_revision: fact('v41'), revision: fact('v42'), stateful: fact(false) },
    }
    expect(decided({ ready: { action: 'rollback_deployment' }, known }).output).toMatchObject({
      outcome: 'pass',
      plan: {
        change: { before: { revision: 'v42' }, after: { revision: 'v41' } },
        facts: { last_good_revision: 'v41', revision: 'v42' },
      },
    })
    const facts = { ...known.facts, last_good_revision: fact('v42') }
    expect(blocked(decided({ ready: { action: 'rollback_deployment' }, known: { ...known, facts } }))).toEqual([
      { code: 'fact_unknown', message: expect.stringContaining('none known to go back to') },
    ])
  })

  const as_of = '2026-05-17T11:41:00.000Z'
  const { stateless: _, ...facts } = setting().known.facts
  const stateful = { value: true, source: 'catalog', as_of }
  it.each<[string, Partial<DryRunKnown>, string[]]>([
    [
      'a workload that has become stateful, without a backup',
      { facts: { ...facts, stateful, backup_verified: { ...stateful, value: false } } },
      ['stateful_without_backup: stateful=true, backup_verified=false'],
    ],
    [
      'a backup that was fresh enough for readiness',
      { facts: { ...facts, stateful, backup_verified: { ...stateful, max_age: 60_000 } } },
      [
        'stateful_without_backup: stateful=true, backup_verified=missing',
        `fact_unknown: backup_verified is unknown: it is 2m old (${as_of}), and counts for 1m`,
      ],
    ],
    [
      'a service that has left the catalogue',
      { facts: {} },
      [
        "fact_unknown: stateful of service 'appointments-api' in namespace 'prod' is not in the catalogue: add it to services.yaml",
      ],
    ],
    [
      'a source that has fallen silent',
      {
        asks: { queue_empty: { prometheus: 'queue', max_age: 60_000 } },
        answers: {
          queue_empty: { query: { value: 'queue', as_of: 'timestamp(queue)' }, answer: { problem: 'no series' } },
        },
      },
      ['fact_unknown: queue_empty is unknown: no series'],
    ],
  ])('looks again: %s blocks', (_, known, reasons) => {
    expect(blocked(decided({ known })).map(({ code, message }) => `${code}: ${message}`)).toEqual(reasons)
  })

  it.each<[string, Partial<DryRunKnown>, string[]]>([
    [
      'once what was asked, not answered, and is computed with',
      {
        asks: { revision: { prometheus: 'revision', max_age: 60_000 } },
        facts: { ...facts, last_good_revision: { ...stateful, value: 'v41' } },
      },
      ['revision is unknown: this was not asked when the incident was decided'],
    ],
    [
      'what was answered and cannot be computed with',
      {
        asks: { last_good_revision: { prometheus: 'good', max_age: 60_000 } },
        answers: {
          last_good_revision: {
            query: { value: 'good', as_of: 'timestamp(good)' },
            answer: { sample: 42, as_of: NOW },
          },
        },
        facts: { ...facts, revision: { ...stateful, value: 42 } },
      },
      ['last_good_revision=42, from prometheus, is of no use to rollback_deployment'],
    ],
    [
      'what is asked beside what a condition asks',
      {
        pre_approved: [
          { action: 'rollback_deployment', requires: [{ text: 'stateless', fact: 'stateless', kind: 'is_true' }] },
        ],
        asks: { load: { prometheus: 'load', max_age: 60_000 } },
        facts: {
          ...facts,
          revision: { ...stateful, value: 'v42' },
          last_good_revision: { ...stateful, value: 'v41' },
        },
      },
      ['load is unknown: this was not asked when the incident was decided'],
    ],
  ])('says %s', (_, known, messages) => {
    const pre_approved = [{ action: 'rollback_deployment', requires: [] }]
    const given = { pre_approved, radius_of_impact: 'deployment' as const, ...known }
    expect(blocked(decided({ ready: { action: 'rollback_deployment' }, known: given }))).toEqual(
      messages.map((message) => ({ code: 'fact_unknown', message: expect.stringContaining(message) })),
    )
  })

  it('says of a condition why its fact is not known, and says it once', () => {
    const ask = { prometheus: 'quota', max_age: 60_000 }
    const query = { value: 'quota', as_of: 'timestamp(quota)' }
    const known = {
      pre_approved: [{ ...scaleUp, requires: scaleUp.requires.slice(1, 2) }],
      radius_of_impact: 'deployment' as const,
      asks: { remaining_quota: ask },
      answers: { remaining_quota: { query, answer: { problem: 'no series' } } },
    }
    const { output } = decided({ ready: { action: 'scale_up_replicas_one' }, known })
    expect(output.blockers).toEqual([
      {
        code: 'fact_unknown',
        message: "precondition 'remaining_quota >= 3' not met (remaining_quota is unknown: no series)",
      },
    ])
  })

  const silent = { answer: { problem: 'no series' } }
  const quotaAsked = {
    asks: { remaining_quota: { prometheus: 'quota', max_age: 60_000 } },
    answers: { remaining_quota: { ...silent, query: { value: 'quota', as_of: 'timestamp(quota)' } } },
  }
  const revision = (value: string) => ({ value, source: 'catalog', as_of: NOW })
  const rollback = (known: Partial<DryRunKnown['facts']>) => ({
    ready: { action: 'rollback_deployment' },
    known: {
      pre_approved: [{ action: 'rollback_deployment', requires: [] }],
      radius_of_impact: 'deployment' as const,
      facts: { stateful: { ...stateful, value: false }, ...known } as DryRunKnown['facts'],
    },
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
        ['fact', 'open_orders', null, 8],
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
    ['a service in the catalogue', { known: { facts: {} } }, [['fact', 'stateful', null, false]]],
    [
      'a backup, where the workload has become stateful',
      { known: { facts: { ...facts, stateful, backup_verified: { ...stateful, value: false } } } },
      [['fact', 'backup_verified', false, true]],
    ],
    [
      'a backup that is no older than it may be',
      { known: { facts: { ...facts, stateful, backup_verified: { ...stateful, max_age: 60_000 } } } },
      [['fact', 'backup_verified', null, true]],
    ],
    ['an answer, of whatever value', { known: quotaAsked }, [['fact', 'remaining_quota', null, 'known']]],
    [
      'an answer that meets the condition on it',
      scaling({
        ...quotaAsked,
        pre_approved: [{ ...scaleUp, requires: scaleUp.requires.slice(1, 2) }],
        radius_of_impact: 'deployment',
      }),
      [['fact', 'remaining_quota', null, 3]],
    ],
    [
      'what the action computes with, of whatever value',
      rollback({}),
      [
        ['fact', 'revision', null, 'known'],
        ['fact', 'last_good_revision', null, 'known'],
      ],
    ],
    [
      'a value with which the action can compute',
      rollback({ revision: revision('v42'), last_good_revision: revision('v42') }),
      [['fact', 'last_good_revision', null, 'known']],
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
        ['fact', 'open_orders', null, 8],
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
      {
        condition: 'open_orders < 9',
        met: false,
        message: "precondition 'open_orders < 9' not met (open_orders is unknown)",
      },
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
