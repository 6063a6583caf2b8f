/** An approval holds only for what was shown: whatever changed since voids it, and the incident is decided anew. */
import { describe, expect, inject, it } from 'vitest'
import { openChanging } from '../../../tests/support/changing-pipeline.ts'
import { ALWAYS_FROZEN, OTHER_SPEC, SHIPPED, withClass, withFacts } from '../../../tests/support/policies.ts'
import type { PolicySet } from '../../shared/contracts/policy.ts'

const open = (start = SHIPPED, facts: Parameters<typeof openChanging>[2] = {}) =>
  openChanging(inject('redisUrl'), start, facts)

describe('an approval', () => {
  it.each<[string, PolicySet, string, RegExp]>([
    ['a fact', withFacts({ remaining_quota: 1 }), 'awaiting_review', /facts.remaining_quota was 2 and is 1 now/],
    ['a fact that blocks', withFacts({ stateful: true, backup_verified: false }), 'blocked', /stateful_without_backup/],
    ['the specification', OTHER_SPEC, 'awaiting_review', /policy.spec.digest/],
    [
      'the card',
      withClass((policy) => ({ ...policy, profile: { ...policy.profile, auto: 24 } })),
      'awaiting_review',
      /policy.profile.auto was 23 and is 24 now/,
    ],
    ['the policy, which is gone', { ...SHIPPED, classes: new Map() }, 'blocked', /policy_missing/],
    ['a freeze', { ...SHIPPED, freezes: ALWAYS_FROZEN }, 'blocked', /change_freeze/],
  ])('is void when %s changed: 409, nothing passes, it is decided anew', async (_, changed, ends, reason) => {
    const { work, deliver, review, digestOf, become, becomes, trace, sound, status } = await open()
    work()
    const id = await deliver()
    const plan_digest = await digestOf(id)
    become(changed)
    const answer = await review(id, plan_digest)
    expect(answer).toMatchObject({ status: 409, body: { code: 'review_refused', reason: 'changed' } })
    expect(answer.body.detail).toMatch(reason)
    await becomes(id, ends)
    const events = (await trace(id)).map(({ event }) => event)
    expect(events).toContain('review_voided')
    expect(events.lastIndexOf('readiness_evaluated')).toBeGreaterThan(events.indexOf('review_voided'))
    await sound(id)
    if (ends !== 'awaiting_review') return
    expect((await review(id, await digestOf(id))).status).toBe(200)
    expect(await status(id)).toBe('dry_run_passed')
    await sound(id)
  })

  it('is void on a decision that is not the one its trace names', async () => {
    const { work, deliver, review, digestOf, ledger, becomes, redis } = await open()
    work()
    const id = await deliver()
    const plan_digest = await digestOf(id)
    const field = (await redis.hget(ledger.keys.incident(id), 'decision:normalize')) ?? ''
    await redis.hset(ledger.keys.incident(id), 'decision:normalize', field.replace('"P1"', '"P5"'))
    const answer = await review(id, plan_digest)
    expect(answer).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await becomes(id, 'dead_lettered')
  })
})

const ENOUGH = { text: 'free_nodes >= 2', fact: 'free_nodes', kind: 'compares', operator: '>=', number: 2 } as const

describe('live facts', () => {
  it('are asked anew: another number holds where it comes to the same, and one that blocks voids the approval', async () => {
    let sample = 5
    const prometheus = { ask: async (_: unknown, at: string) => ({ sample, as_of: at }) }
    const asking = withClass((policy) => ({
      ...policy,
      card: { ...policy.card, facts: { free_nodes: { prometheus: 'free_nodes', max_age: 60_000 } } },
      pre_approved: policy.pre_approved.map((entry) => ({ ...entry, requires: [ENOUGH] })),
    }))
    const { work, deliver, review, digestOf, becomes, sound, status } = await open(asking, { prometheus })
    work()
    const [first, second] = [await deliver(), await deliver()]
    sample = 4
    expect((await review(first, await digestOf(first))).status).toBe(200)
    expect(await status(first)).toBe('dry_run_passed')
    await sound(first)
    sample = 1
    const answer = await review(second, await digestOf(second))
    expect(answer).toMatchObject({ status: 409, body: { reason: 'changed' } })
    expect(answer.body.detail).toContain('free_nodes=1, from prometheus')
    await becomes(second, 'blocked')
    await sound(second)
  })
})
