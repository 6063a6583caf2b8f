import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SourceName } from '../../shared/contracts/alert.ts'
import { ClassCard } from '../../shared/contracts/card.ts'
import type { ClassPolicy, PolicySet } from '../../shared/contracts/policy.ts'
import { parseCondition } from '../../shared/policy/condition-grammar.ts'
import { loadPolicyFolder } from '../../shared/policy/policy-folder.ts'
import { BUILT_IN_PROFILES } from '../../shared/policy/profiles.ts'
import { bestVerdict } from './best-verdict.ts'
import { forecast } from './forecast.ts'

const NOW = '2026-05-17T11:43:00.000Z'
const TARGET = { service: 'api', namespace: 'prod' }
const five = { score: 5, evidence: ['run 12'] }
const scores = { spec: five, implementation: five, verification: five, process: five, security: five }
const checks = { rollback_condition_present: true, blast_radius_known: true, radius_of_impact: 'deployment' }
const requires = (...conditions: string[]) => conditions.map((text) => parseCondition(text).condition ?? [])

interface Changes {
  card?: Record<string, unknown>
  policy?: Partial<ClassPolicy>
  facts?: Record<string, boolean | number>
  set?: Partial<PolicySet>
}

const policies = ({ card, policy, facts = { stateful: false }, set }: Changes): PolicySet => {
  const good = { incident_class: 'slow', prefix: 'SL', scores, checks, pre_approved_action: 'scale_up_replicas_one' }
  const slow: ClassPolicy = {
    incident_class: 'slow',
    card: ClassCard.parse({ ...good, ...card }),
    profile: BUILT_IN_PROFILES.default ?? { auto: 25, semi_manual: 25, reason: 'none' },
    pre_approved: [{ action: 'scale_up_replicas_one', requires: [] }],
    spec: { path: 'slow/specify.md', digest: 'a'.repeat(64), commit: null },
    ...policy,
  }
  return {
    digest: 'b'.repeat(64),
    profiles: BUILT_IN_PROFILES,
    freezes: [],
    budgets: [],
    review: { expires_after: 1_800_000, four_eyes: true },
    services: { api: { namespaces: ['prod'], facts } },
    stated_at: NOW,
    sources: new Map(),
    classes: new Map([['slow', slow]]),
    ...set,
  }
}

const freeze = { from: '2026-05-17T11:00:00Z', to: '2026-05-17T12:00:00Z', scope: 'service:api', reason: 'move' }
const weak = (score: number) => ({ scores: { ...scores, process: { score, evidence: [] } } })

describe('the best verdict is what the stages decide on an incident with which nothing is wrong', () => {
  it.each<[string, Changes, string, string[]]>([
    ['all is well', {}, 'dry_run_passed', []],
    [
      'a person confirms the first run',
      { card: { checks: { ...checks, human_review_for_first_run: true } } },
      'awaiting_review',
      ['awaiting_review'],
    ],
    ['the score is in the band', { card: weak(2) }, 'semi_manual', ['score_below_threshold']],
    ['as many sources as there are', { card: { sources_required: SourceName.options.length } }, 'dry_run_passed', []],
    [
      'more sources than there are',
      { card: { sources_required: SourceName.options.length + 1 } },
      'blocked',
      ['corroboration_missing'],
    ],
    ['a freeze', { set: { freezes: [freeze] } }, 'blocked', ['change_freeze']],
    ['a freeze that is over', { set: { freezes: [{ ...freeze, to: '2026-05-17T11:30:00Z' }] } }, 'dry_run_passed', []],
    ['nothing known of the service', { set: { services: {} } }, 'blocked', ['fact_unknown']],
    ['state and no backup', { facts: { stateful: true } }, 'blocked', ['stateful_without_backup']],
    [
      'no rollback and an axis that is missing: both',
      { card: { checks: { blast_radius_known: true }, scores: { ...scores, process: undefined } } },
      'blocked',
      ['axis_missing', 'score_below_threshold', 'rollback_missing'],
    ],
    [
      'a condition that is not met, one that is not known',
      {
        policy: {
          pre_approved: [{ action: 'scale_up_replicas_one', requires: requires('stateful', 'quota >= 1').flat() }],
        },
      },
      'blocked',
      ['precondition_not_met', 'fact_unknown'],
    ],
    ['an action that is not listed', { policy: { pre_approved: [] } }, 'blocked', ['spec_has_no_actions']],
    [
      'an entry narrower than its action',
      { policy: { pre_approved: [{ action: 'scale_up_replicas_one', radius_of_impact: 'pod', requires: [] }] } },
      'blocked',
      ['radius_exceeded'],
    ],
    [
      'a class that cannot be read',
      { set: { classes: new Map([['slow', { incident_class: 'slow', problem: 'why' }]]) } },
      'blocked',
      ['policy_invalid'],
    ],
  ])('%s', (_, changes, verdict, codes) => {
    const best = bestVerdict(policies(changes), 'slow', TARGET, NOW)
    expect([best.verdict, best.held_back_by.map(({ code }) => code)]).toEqual([verdict, codes])
  })
})

describe('the forecast of a folder', () => {
  it('has every class, its services with the best first', async () => {
    const shipped = await loadPolicyFolder(fileURLToPath(new URL('../../../policies', import.meta.url)))
    const short = forecast(shipped, NOW).map(({ incident_class, action, best, targets }) => [
      incident_class,
      action,
      best,
      targets.map(({ service, namespace, verdict }) => `${service}/${namespace} ${verdict}`),
    ])
    expect(short).toEqual([
      [
        'high_cpu_usage',
        'scale_up_replicas_one',
        'dry_run_passed',
        ['appointments-api/prod dry_run_passed', 'orders-db/prod blocked'],
      ],
      [
        'high_memory_usage',
        'restart_pod',
        'awaiting_review',
        ['appointments-api/prod awaiting_review', 'orders-db/prod blocked'],
      ],
    ])
  })

  it('looks at every namespace of a service, and at one where it names none', () => {
    const known = { stateful: false }
    const services = { bad: { namespaces: [], facts: {} }, api: { namespaces: ['prod', 'test'], facts: known } }
    const [slow] = forecast(policies({ set: { services, freezes: [{ ...freeze, scope: 'namespace:prod' }] } }), NOW)
    expect(slow?.targets.map(({ service, namespace, verdict }) => `${service}/${namespace} ${verdict}`)).toEqual([
      'api/test dry_run_passed',
      'bad/any blocked',
      'api/prod blocked',
    ])
  })

  it('of an empty catalogue says that nothing is known', () => {
    const [slow] = forecast(policies({ set: { services: {} } }), NOW)
    expect(slow).toMatchObject({
      best: 'blocked',
      targets: [{ service: 'any', held_back_by: [{ code: 'fact_unknown' }] }],
    })
  })
})
