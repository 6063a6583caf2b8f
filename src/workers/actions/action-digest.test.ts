import { expect, it } from 'vitest'
import { actionDigest } from './action-digest.ts'
import { defineAction } from './define-action.ts'
import { ACTIONS } from './index.ts'
import { restartPod } from './restart-pod.ts'

it.each(ACTIONS)('of $name is known, so that a first run of it can be remembered', (action) => {
  expect(actionDigest(action)).toMatch(/^[0-9a-f]{64}$/)
})

it('is another one for every action, and whenever an action plans something else', () => {
  const other = defineAction({
    ...restartPod,
    plan: (...given) => ({ ...restartPod.plan(...given), rollback_after_minutes: 1 }),
  })
  const digests = [...ACTIONS, other, defineAction({ ...restartPod, radius: 'deployment' })].map(actionDigest)
  expect(new Set(digests).size).toBe(digests.length)
})
