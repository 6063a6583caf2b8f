/** A policy that is edited while an emergency stop holds an incident that readiness had let through. */
import { expect, inject, it } from 'vitest'
import { openChanging } from '../../tests/support/changing-pipeline.ts'
import { ALWAYS_FROZEN, MEMORY, rules } from '../../tests/support/policies.ts'
import { eventually } from '../../tests/support/processes.ts'
import type { ClassPolicy, PolicySet } from '../shared/contracts/policy.ts'

/** As after an edit of the folder. */
const edited = (set: PolicySet, change: (policy: ClassPolicy) => object = () => ({})): PolicySet => {
  const policy = set.classes.get(MEMORY) as ClassPolicy
  const card = { ...policy.card, ...change(policy) }
  return { ...set, digest: 'e'.repeat(64), classes: new Map([[MEMORY, { ...policy, card }]]) }
}

it.each<[string, PolicySet, object]>([
  ['nothing that concerns it', edited(rules({})), { verdict: 'dry_run_passed' }],
  [
    'a freeze',
    { ...rules({}), freezes: ALWAYS_FROZEN },
    { verdict: 'blocked', blockers: [{ code: 'change_freeze', message: expect.stringContaining('audit') }] },
  ],
  [
    'a lower score',
    edited(rules({}), ({ card: { scores } }) => ({ scores: { ...scores, spec: 1 } })),
    { verdict: 'blocked', blockers: [{ code: 'score_below_threshold' }] },
  ],
  [
    'another action',
    edited(rules({}), () => ({ pre_approved_action: 'scale_up_replicas_one' })),
    { verdict: 'blocked', blockers: [{ code: 'action_not_pre_approved' }] },
  ],
  [
    'more sources',
    edited(rules({}), () => ({ sources_required: 2 })),
    { verdict: 'blocked', blockers: [{ code: 'corroboration_missing' }] },
  ],
  [
    'no way back',
    edited(rules({}), ({ card: { checks } }) => ({ checks: { ...checks, rollback_condition_present: false } })),
    { verdict: 'blocked', blockers: [{ code: 'rollback_missing' }] },
  ],
  ['a person on the first run', edited(rules({ review: true })), { verdict: 'awaiting_review' }],
])('%s: what is let go is judged by it', async (_, next, verdict) => {
  const { work, deliver, put, become, ended, ledger, sound } = await openChanging(inject('redisUrl'), rules({}))
  const order = (engaged: boolean) =>
    put('/kill-switch', { scope: 'action:restart_pod', by: 'anna', reason: 'look first', engaged })
  work('normalize', 'readiness')
  const id = await deliver('dry-run')
  await order(true)
  work('dry-run')
  await eventually(async () => expect((await ledger.stops.inForce()).held).toBe(1))
  become(next)
  await order(false)
  expect((await ended(id)).verdict).toMatchObject({ stage: 'dry-run', ...verdict })
  await sound(id)
})
