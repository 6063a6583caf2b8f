/** What a gate would be with each change that a person can make. */
import { expect, it } from 'vitest'
import type { FlipStep } from '../../shared/contracts/flip.ts'
import { withChanges } from './gate-changes.ts'
import type { GateInput } from './gate-input.ts'
import { passingInput, withCard, withScores } from './passing-input.fixture.ts'

const step = (change: FlipStep['change'], name: string, to: FlipStep['to']) => ({
  change,
  name,
  from: null,
  to,
  text: '',
})
const unknown = (...names: string[]) => names.map((name) => ({ name, message: `${name} is unknown` }))
const without: GateInput = { ...passingInput, policy: null }
const open: GateInput = { ...passingInput, stateful: null, backup_verified: null }
const freeze = { from: '2026-12-23T00:00:00Z', to: '2027-01-02T00:00:00Z', scope: 'global', reason: 'year end' }
const seeing = (...seen: string[]) => ({ ...passingInput, sources: { required: 3, seen } })

it.each<[string, GateInput, FlipStep, GateInput]>([
  ['another score', withScores({ spec: 2 }), step('score', 'spec', 5), withScores({ spec: 5 })],
  [
    'a score where there was none',
    withScores({ spec: null }),
    step('score', 'spec', 4),
    (() => {
      const given = withScores({ spec: 4 })
      const { policy } = given
      if (!policy) throw new Error('no policy')
      const scores = { ...policy.card.scores, spec: { score: 4, evidence: [], reduction: null } }
      return { ...given, policy: { ...policy, card: { ...policy.card, scores } } }
    })(),
  ],
  ['a score without a card', without, step('score', 'spec', 5), without],
  [
    'a check',
    withCard({ dry_run_verified: null }),
    step('check', 'dry_run_verified', true),
    withCard({ dry_run_verified: true }),
  ],
  ['a check without a card', without, step('check', 'dry_run_verified', true), without],
  [
    'the coverage',
    { ...without, audit: { coverage: 0.5, problem: 'missing: x' } },
    step('check', 'audit_trace_coverage', 1),
    without,
  ],
  [
    'stateful',
    { ...open, unknown_facts: unknown('stateful', 'pod') },
    step('fact', 'stateful', false),
    { ...open, stateful: false, unknown_facts: unknown('pod') },
  ],
  [
    'a backup',
    { ...open, unknown_facts: unknown('pod', 'backup_verified') },
    step('fact', 'backup_verified', true),
    { ...open, backup_verified: true, unknown_facts: unknown('pod') },
  ],
  [
    'a fact that the gate asks nothing of',
    { ...open, unknown_facts: unknown('pod', 'quota') },
    step('fact', 'quota', 'known'),
    { ...open, unknown_facts: unknown('pod') },
  ],
  ['more sources', seeing('grafana'), step('sources', 'x', 3), seeing('grafana', 'another 1', 'another 2')],
  ['no more sources than there are', seeing('a', 'b'), step('sources', 'x', 1), seeing('a', 'b')],
  ['a freeze waited out', { ...passingInput, freezes: [freeze, freeze] }, step('wait', 'x', null), passingInput],
  ['an approval, which is of dry-run', open, step('approval', 'x', 'pre_approved'), open],
  ['what nothing lifts', open, step('none', 'x', null), open],
])('%s', (_, given, change, expected) => {
  expect(withChanges(given, [change])).toEqual(expected)
})
