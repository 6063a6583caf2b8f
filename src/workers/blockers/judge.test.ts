import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { IncidentCard } from '../../shared/contracts/card.ts'
import { BUILT_IN_PROFILES } from '../../shared/policy/profiles.ts'
import { gateFromCard } from './gate-input.ts'
import { judge } from './judge.ts'
import { passingInput, profileOf, withScores } from './passing-input.fixture.ts'

const course = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../fixtures/course/${name}.json`, import.meta.url)), 'utf8'))
const judged = (card: unknown, profile = 'default') => judge(gateFromCard(IncidentCard.parse(card), profileOf(profile)))
const codes = ({ blockers }: ReturnType<typeof judge>) => blockers.map(({ code }) => code)

describe('known answers', () => {
  it('the pass card passes with 24', () => {
    expect(judged(course('readiness_pass'))).toMatchObject({
      outcome: 'pass',
      score: 24,
      mode: 'auto',
      blockers: [],
      flip: [],
    })
  })

  it('the audit card is blocked by its trace and its total', () => {
    expect(judged(course('readiness_block_audit'))).toMatchObject({
      outcome: 'block',
      score: 22,
      mode: 'blocked',
      blockers: [
        { code: 'audit_trace_incomplete', message: 'audit_trace_coverage=0.7 < 1.0' },
        { code: 'score_below_threshold', message: 'total 22 < 23' },
      ],
    })
  })

  it('the stateful card is blocked by its backup alone', () => {
    const found = judged(course('readiness_block_stateful'))
    expect(found).toMatchObject({ outcome: 'block', score: 24 })
    expect(codes(found)).toEqual(['stateful_without_backup'])
  })

  it('a cluster-wide radius without a verified dry-run is undefined, stated at either place', () => {
    const card = course('readiness_pass')
    for (const wide of [
      { ...card, radius_of_impact: 'cluster' },
      { ...card, checks: { ...Object(card.checks), radius_of_impact: 'cluster' } },
    ]) {
      expect(judged(wide)).toMatchObject({ outcome: 'block', score: 24 })
      expect(codes(judged(wide))).toEqual(['blast_radius_undefined'])
    }
  })

  it('24 reaches a threshold of 24', () => {
    expect(judged(course('readiness_pass'), 'high_cost')).toMatchObject({ outcome: 'pass', threshold: 24 })
  })

  it.each(Object.keys(BUILT_IN_PROFILES))('the audit card is blocked by its trace under %s too', (profile) => {
    expect(codes(judged(course('readiness_block_audit'), profile))).toContain('audit_trace_incomplete')
  })

  it('a card that does not say whether the workload is stateful is not known', () => {
    const { stateful: _, ...card } = course('readiness_pass')
    expect(codes(judged(card))).toEqual(['fact_unknown'])
  })
})

describe('modes', () => {
  const totalling = (total: number) => {
    const lost = 25 - total
    return withScores({ spec: 5 - Math.min(lost, 5), implementation: 5 - Math.max(lost - 5, 0), process: 5 })
  }

  it.each([
    ['default', 23, 'auto'],
    ['default', 22, 'semi_manual'],
    ['default', 20, 'semi_manual'],
    ['default', 19, 'blocked'],
    ['high_cost', 24, 'auto'],
    ['high_cost', 23, 'semi_manual'],
    ['high_cost', 21, 'semi_manual'],
    ['high_cost', 20, 'blocked'],
    ['internal', 23, 'auto'],
    ['internal', 22, 'semi_manual'],
    ['internal', 21, 'semi_manual'],
    ['internal', 20, 'blocked'],
    ['stateful_strict', 23, 'auto'],
    ['stateful_strict', 20, 'semi_manual'],
  ])('%s, total %d: %s', (profile, total, mode) => {
    const { policy, ...input } = totalling(total)
    if (!policy) throw new Error('no policy')
    const found = judge({ ...input, policy: { ...policy, profile: profileOf(profile) } })
    expect(found).toMatchObject({ score: total, mode, outcome: mode === 'auto' ? 'pass' : 'block' })
  })

  it('a stateful workload short of its own threshold is in the band', () => {
    const { policy, ...input } = totalling(23)
    if (!policy) throw new Error('no policy')
    const strict = { ...input, stateful: true, policy: { ...policy, profile: profileOf('stateful_strict') } }
    expect(judge(strict)).toMatchObject({ threshold: 24, mode: 'semi_manual' })
  })

  it('in the band, any other blocker still blocks', () => {
    expect(judge({ ...totalling(22), stateful: true, backup_verified: false }).mode).toBe('blocked')
    expect(judge(withScores({ security: 0, process: 5 }))).toMatchObject({ score: 20, mode: 'blocked' })
  })

  it('without a policy there is no score and no way on', () => {
    const problem = { code: 'policy_missing' as const, message: 'no policy' }
    const bare = { outcome: 'block', score: null, threshold: null, mode: 'blocked' }
    expect(judge({ ...passingInput, policy: null, policy_problem: problem })).toMatchObject(bare)
    expect(judge({ ...passingInput, policy: null }).outcome).toBe('block')
  })
})
