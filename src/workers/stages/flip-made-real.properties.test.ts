/** Of policies, catalogues and targets of all kinds: what is said to flip a block does so once somebody has done it, in the very files. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SourceName } from '../../shared/contracts/alert.ts'
import { AXES, ClassCard } from '../../shared/contracts/card.ts'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import type { IncidentEvent } from '../../shared/contracts/incident-event.ts'
import { Freeze, type PolicySet, Services } from '../../shared/contracts/policy.ts'
import { parseCondition } from '../../shared/policy/condition-grammar.ts'
import { BUILT_IN_PROFILES, findProfile } from '../../shared/policy/profiles.ts'
import { ACTIONS } from '../actions/index.ts'
import { dryRun } from './dry-run.ts'
import { readiness } from './readiness.ts'

const freeze = (from: number, to: number, scope: string) =>
  Freeze.parse({ from: `2026-05-${from}T12:00:00Z`, to: `2026-05-${to}T12:00:00Z`, scope, reason: 'x' })

/** Stated, dated, dated too long ago, or not at all. */
const fact = (...values: unknown[]) =>
  fc.oneof(
    fc.constantFrom(undefined, ...values),
    fc.constantFrom(...values).map((value) => ({ value, as_of: '2026-05-17', max_age: '7d' })),
    fc.constantFrom(...values).map((value) => ({ value, as_of: '2026-01-17', max_age: '7d' })),
  )
const FACTS = {
  ...{ stateful: fact(true, false, false, 'no'), backup_verified: fact(true, false), quota: fact(2, 0, 0.7) },
  ...{ replicas: fact(3, 0, 1.5, 'x'), revision: fact('v2', 3), last_good_revision: fact('v1', 'v2') },
}
const CONDITIONS = [
  ...['stateless', 'not stateful', 'stateful', 'quota >= 1', 'quota > 0.5', 'quota < 1', 'quota <= -1', 'quota != 2'],
  ...['replicas <= 5', 'replicas == 3', 'replicas > 100', 'backup_verified', 'not backup_verified', 'revision == 3'],
]
const mostly = <Value>(...values: Value[]) => fc.constantFrom(...values, ...Array(4).fill(values[0] as Value))

const worlds = fc.record({
  scores: fc.record(Object.fromEntries(AXES.map((axis) => [axis, mostly(5, 3, 0)]))),
  checks: fc.record({
    rollback_condition_present: mostly(true, false),
    blast_radius_known: mostly(true, false),
    radius_of_impact: fc.constantFrom(undefined, 'pod', 'deployment', 'cluster'),
    dry_run_verified: fc.constantFrom(undefined, true, false),
    backup_verified: fc.constantFrom(undefined, undefined, true, false),
  }),
  action: fc.constantFrom(...ACTIONS.map(({ name }) => name)),
  listed: mostly(true, false),
  limit: mostly(undefined, 'pod' as const, 'deployment' as const),
  conditions: fc.subarray(CONDITIONS, { maxLength: 3 }),
  facts: fc.record(FACTS) as fc.Arbitrary<Record<string, unknown>>,
  freezes: fc.subarray([freeze(16, 18, 'global'), freeze(17, 20, 'class:slow'), freeze(22, 23, 'service:api')]),
  profile: fc.constantFrom(...Object.keys(BUILT_IN_PROFILES)),
  target: fc.record({ service: fc.constant('api'), namespace: mostly('prod', ''), pod: mostly('api-1', '') }),
  sources_required: mostly(1, 3),
  sources: fc.constant<number>(1),
  now: fc.constant<string>('2026-05-17T11:43:00.000Z'),
})
type World = typeof worlds extends fc.Arbitrary<infer One> ? One : never

const stated = (values: Record<string, unknown>) => JSON.parse(JSON.stringify(values))
const conditionsOf = ({ conditions }: World) => conditions.flatMap((text) => parseCondition(text).condition ?? [])

const policiesOf = (world: World): PolicySet => {
  const { scores, checks, action, listed, limit, facts, freezes, profile, sources_required } = world
  const evidence = Object.entries(scores).map(([axis, score]) => [axis, { score, evidence: ['run'] }])
  const card = { incident_class: 'slow', prefix: 'SL', pre_approved_action: action, sources_required }
  const slow = {
    incident_class: 'slow',
    card: ClassCard.parse({ ...card, scores: Object.fromEntries(evidence), checks: stated(checks) }),
    profile: findProfile(BUILT_IN_PROFILES, profile) ?? expect.unreachable(),
    pre_approved: listed ? [{ action, requires: conditionsOf(world), ...(limit && { radius_of_impact: limit }) }] : [],
    spec: { path: 'slow/specify.md', digest: 'a'.repeat(64), commit: null },
  }
  return {
    ...{
      digest: 'b'.repeat(64),
      profiles: BUILT_IN_PROFILES,
      freezes,
      budgets: [],
      stated_at: '2026-05-01T00:00:00.000Z',
    },
    ...{ review: { expires_after: 1, four_eyes: true }, sources: new Map(), classes: new Map([['slow', slow]]) },
    services: Services.parse({ services: { api: { facts: stated(facts) } } }).services,
  }
}

/** What the two stages that judge come to. */
const decide = (world: World) => {
  const { target, now } = world
  const policies = policiesOf(world)
  const measured = { severity: 'P3' as const, window_minutes: 5, metric_context: {}, source_refs: [] }
  const event: IncidentEvent = { incident_id: 'SL-1', ...target, ...measured }
  const incident = { incident_class: 'slow', event }
  const seen = { conflicts: [], sources: SourceName.options.slice(0, world.sources) }
  const audit = { coverage: 1, problem: null }
  const known = readiness.known.parse({ ...readiness.fromPolicies(policies, incident), ...seen, audit })
  const judged = readiness.decide({ ...incident, ...seen, severities: [] }, known, now)
  if (judged.outcome === 'stop') return { stage: 'readiness', ...judged, flip: judged.output.readiness.flip }
  const run = { conflicts: [], readiness_recorded: true, step_confirmed: false, first_run: false }
  const planned = dryRun.decide(
    judged.output,
    dryRun.known.parse({ ...dryRun.fromPolicies(policies, incident), ...run }),
    now,
  )
  return { stage: 'dry-run', verdict: 'dry_run_passed', blockers: [], ...planned, flip: planned.output.flip }
}

/** Of a fact that has only to be known: as good as any that the action can compute with. */
const KNOWN: Record<string, unknown> = { replicas: 3, revision: 'v77', last_good_revision: 'v76' }

/** What a person does who reads the step, in the file that it is about. */
const done = (world: World, { change, name, to }: FlipStep): World => {
  if (change === 'score') return { ...world, scores: { ...world.scores, [name]: Number(to) } }
  if (change === 'approval') return { ...world, listed: true, conditions: [], limit: undefined }
  if (change === 'wait') return { ...world, now: String(to) }
  if (change === 'sources') return { ...world, sources: Number(to) }
  if (change === 'check' && name.startsWith('specify.md')) return { ...world, limit: to as World['limit'] }
  if (change === 'check') return { ...world, checks: { ...world.checks, [name]: to } }
  if (Object.hasOwn(world.target, name)) return { ...world, target: { ...world.target, [name]: 'known-1' } }
  const value = to === 'known' ? (KNOWN[name] ?? true) : to
  const dated = (value: unknown) => ({ value, as_of: world.now, max_age: '7d' })
  const facts = name === 'stateless' ? { stateful: dated(value !== true) } : { [name]: dated(value) }
  return { ...world, facts: { ...world.facts, ...facts } }
}

it('a block that says what would flip it is flipped by that', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { verdict, stage, flip } = decide(world)
      fc.pre(verdict === 'blocked' && flip.every(({ change }) => change !== 'none'))
      const after = decide(flip.reduce(done, world))
      expect(after.stage === stage ? after.blockers : []).toEqual([])
    }),
    { numRuns: 500 },
  )
})
