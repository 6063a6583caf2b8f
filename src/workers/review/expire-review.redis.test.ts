/** Reviews that nobody answers: ended by their own delayed job, by upkeep where that was lost, and by who comes too late. */
import { expect, inject, it, onTestFinished } from 'vitest'
import { openChanging } from '../../../tests/support/changing-pipeline.ts'
import { SHIPPED } from '../../../tests/support/policies.ts'
import { startUpkeep } from '../upkeep.ts'
import { expireDue } from './expire-review.ts'

const open = (start = SHIPPED) => openChanging(inject('redisUrl'), start)
const LONGER_MS = 31 * 60_000

it('expires by its own delayed job', async () => {
  const quick = { ...SHIPPED, review: { expires_after: 1500, four_eyes: true } }
  const { work, deliver, settings, becomes, trace, sound, waiting } = await open(quick)
  const upkeep = await startUpkeep(settings, 86_400_000)
  onTestFinished(() => upkeep.close())
  work()
  const id = await deliver()
  await becomes(id, 'expired')
  expect((await trace(id)).at(-1)).toMatchObject({
    event: 'review_expired',
    decision_diff: { status: ['awaiting_review', 'expired'] },
  })
  expect(await waiting()).toEqual([])
  await sound(id)
})

it('is found by upkeep where its job was lost, and not before its time', async () => {
  const { work, deliver, context, later, status, sound, waitedLonger } = await open()
  work()
  const id = await deliver()
  // A process whose clock is ahead ends nothing early.
  later(LONGER_MS)
  expect(await expireDue(context)).toEqual([])
  await waitedLonger(id, LONGER_MS)
  expect(await expireDue(context)).toEqual([id])
  expect(await expireDue(context)).toEqual([])
  expect(await status(id)).toBe('expired')
  await sound(id)
})

it('cannot be approved afterwards, even if nobody has noticed', async () => {
  const { work, deliver, review, digestOf, status, sound, waitedLonger } = await open()
  work()
  const id = await deliver()
  const plan_digest = await digestOf(id)
  await waitedLonger(id, LONGER_MS)
  expect(await review(id, plan_digest)).toMatchObject({ status: 409, body: { reason: 'expired' } })
  expect(await status(id)).toBe('expired')
  await sound(id)
})
