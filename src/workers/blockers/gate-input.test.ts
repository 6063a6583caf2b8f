/** A card as the blockers see it. */
import { expect, it } from 'vitest'
import { IncidentCard } from '../../shared/contracts/card.ts'
import { gateFromCard } from './gate-input.ts'
import { profileOf } from './passing-input.fixture.ts'

const profile = profileOf('default')
const gate = (card: object) =>
  gateFromCard(
    IncidentCard.parse({ incident_id: 'HM-1', scores: {}, checks: {}, pre_approved_action: 'x', ...card }),
    profile,
  )

it('of what a card does not say, nothing is known', () => {
  expect(gate({})).toEqual({
    policy: {
      card: {
        scores: {},
        rollback_condition_present: null,
        blast_radius_known: null,
        radius_of_impact: null,
        dry_run_verified: null,
      },
      profile,
    },
    policy_problem: null,
    audit: { coverage: undefined, problem: null },
    stateful: null,
    backup_verified: null,
    unknown_facts: [{ name: 'stateful', message: 'stateful is missing: state it as true or false' }],
    conflicts: [],
    sources: { required: 0, seen: [] },
    freezes: [],
    thaw: null,
    spent: [],
  })
})

it('what it says is taken as it stands, at either place', () => {
  const process = { score: 3, evidence: ['run 12'], as_of: '2026-11-14', reduction: 'one variable by hand' }
  const scores = { spec: 4, process }
  const checks = {
    ...{ rollback_condition_present: false, blast_radius_known: true, radius_of_impact: 'pod' },
    ...{ dry_run_verified: false, backup_verified: true, audit_trace_coverage: 0.5 },
  }
  const found = gate({ scores, checks, stateful: true })
  expect(found).toMatchObject({
    policy: {
      card: {
        scores: {
          spec: { score: 4, evidence: [], reduction: null },
          process: { ...process, as_of: '2026-11-14T00:00:00.000Z' },
        },
        rollback_condition_present: false,
        blast_radius_known: true,
        radius_of_impact: 'pod',
        dry_run_verified: false,
      },
    },
    audit: { coverage: 0.5 },
    stateful: true,
    backup_verified: true,
    unknown_facts: [],
  })
  expect(Object.keys(found.policy?.card.scores ?? {})).toEqual(['spec', 'process'])
  expect(gate({ radius_of_impact: 'cluster', dry_run_verified: true }).policy?.card).toMatchObject({
    radius_of_impact: 'cluster',
    dry_run_verified: true,
  })
})
