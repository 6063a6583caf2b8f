/** A pass that comes to nothing gives its share of the budgets back, and what goes on again must get one anew. */
import { describe, expect, inject, it } from 'vitest'
import { type Changing, openChanging } from '../../tests/support/changing-pipeline.ts'
import { ALWAYS_FROZEN, budgetOf, HOUR, MEMORY, rules, SCOPE, SERVICE } from '../../tests/support/policies.ts'
import { eventually } from '../../tests/support/processes.ts'
import { expireOne } from './review/expire-review.ts'

const REVIEWED = { budgets: [budgetOf(1)], review: true }
const open = (start = rules(REVIEWED)) => openChanging(inject('redisUrl'), start)
const codes = async ({ ended }: Changing, id: string) => (await ended(id)).verdict?.blockers.map(({ code }) => code)
const EXHAUSTED = ['blast_radius_budget_exhausted']

describe('a share is given back by what is', () => {
  it.each<[string, (changing: Changing, id: string) => Promise<unknown>]>([
    ['rejected', async ({ review, digestOf }, id) => review(id, await digestOf(id), { decision: 'deny' })],
    [
      'expired',
      async ({ context, waitedLonger }, id) => {
        await waitedLonger(id, 31 * 60_000)
        expect(await expireOne(context, id)).toBe(true)
      },
    ],
    ['closed', ({ resolve }, id) => resolve(id)],
    [
      'blocked',
      async ({ review, digestOf, become }, id) => {
        const plan_digest = await digestOf(id)
        become(rules({ ...REVIEWED, freezes: ALWAYS_FROZEN }))
        await review(id, plan_digest)
      },
    ],
  ])('%s', async (verdict, end) => {
    const changing = await open()
    const { deliver, work, held, becomes, become, sound, scopes, send } = changing
    work()
    const id = await deliver()
    expect(await held(SCOPE)).toEqual([id])
    expect(await codes(changing, await send())).toEqual(EXHAUSTED)
    await end(changing, id)
    await becomes(id, verdict)
    expect([await held(SCOPE), await scopes(id)]).toEqual([[], null])
    become(rules(REVIEWED))
    const next = await deliver()
    expect(await held(SCOPE)).toEqual([next])
    await sound(id)
  })

  it('closed, though the budget of it is there no longer', async () => {
    const namespace = { scope: 'namespace' as const, limit: 1, window: HOUR }
    const { deliver, work, held, becomes, become, resolve, sound } = await open(
      rules({ ...REVIEWED, budgets: [budgetOf(1), namespace] }),
    )
    work('normalize', 'readiness')
    const id = await deliver('dry-run')
    // By the dry-run the first budget is gone and there is one for repeats, of which it takes a share as well.
    become(rules({ ...REVIEWED, budgets: [namespace], repeat: HOUR }))
    work('dry-run')
    await becomes(id, 'awaiting_review')
    const scopes = [SCOPE, 'namespace:prod', `repeat:${MEMORY}:${SERVICE}`]
    expect(await Promise.all(scopes.map(held))).toEqual(scopes.map(() => [id]))
    await resolve(id)
    await becomes(id, 'closed')
    expect(await Promise.all(scopes.map(held))).toEqual(scopes.map(() => []))
    await sound(id)
  })

  it('blocked by a late source, and not where it had passed: somebody may have carried it out', async () => {
    for (const [review, verdict, kept] of [
      [true, 'awaiting_review', false],
      [false, 'dry_run_passed', true],
    ] as const) {
      const changing = await open(rules({ budgets: [budgetOf(1)], repeat: HOUR, review }))
      const { deliver, work, held, becomes, contradict, send, ended, sound } = changing
      work()
      const id = await deliver(verdict)
      await contradict(id)
      await becomes(id, 'blocked')
      const scopes = [SCOPE, `repeat:${MEMORY}:${SERVICE}`]
      expect(await Promise.all(scopes.map(held))).toEqual(scopes.map(() => (kept ? [id] : [])))
      const next = (await ended(await send())).verdict
      expect(next?.blockers.map(({ code }) => code)).toEqual(kept ? ['repeat_incident', ...EXHAUSTED] : [])
      await sound(id)
    }
  })

  it('dead-lettered, and it does not pass without one when it is taken up again', async () => {
    const changing = await open(rules({ budgets: [budgetOf(1)] }))
    const { send, deliver, work, held, becomes, damage, redrive } = changing
    work('normalize', 'readiness')
    const id = await send()
    await eventually(async () => expect(await held(SCOPE)).toEqual([id]))
    const mend = await damage(id, 'readiness')
    work('dry-run')
    await becomes(id, 'dead_lettered')
    expect(await held(SCOPE)).toEqual([])
    const other = await deliver('dry_run_passed')
    await mend()
    await redrive(id)
    await eventually(async () => expect(await codes(changing, id)).toEqual(EXHAUSTED))
    expect(await held(SCOPE)).toEqual([other])
  })
})

describe('an approval', () => {
  const passedAt = async (ago: number) => {
    const changing = await open()
    const { deliver, work, ledger, redis } = changing
    work()
    const id = await deliver()
    const key = `${ledger.keys.prefix}shares:${SCOPE}`
    const passed = Date.now() - ago
    await redis.zadd(key, passed, id)
    return { ...changing, changing, id, passed, score: async () => Number(await redis.zscore(key, id)) }
  }

  it('leaves a share as it was: it counts from the pass on', async () => {
    const { id, passed, score, review, digestOf } = await passedAt(10 * 60_000)
    expect(await review(id, await digestOf(id))).toMatchObject({ status: 200 })
    expect(await score()).toBe(passed)
  })

  it('after the window takes a share anew', async () => {
    const { changing, id, review, digestOf, send } = await passedAt(HOUR + 1000)
    expect(await review(id, await digestOf(id))).toMatchObject({ status: 200 })
    expect(await codes(changing, await send())).toEqual(EXHAUSTED)
  })

  it('whose share others have had since is void', async () => {
    const { changing, id, review, digestOf, deliver, held } = await passedAt(HOUR + 1000)
    const other = await deliver()
    expect(await held(SCOPE)).toEqual([other])
    expect(await review(id, await digestOf(id))).toMatchObject({ status: 409, body: { reason: 'changed' } })
    await eventually(async () => expect(await codes(changing, id)).toEqual(EXHAUSTED))
  })
})
