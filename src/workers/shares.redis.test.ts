/** Fleet-wide budgets and the repeat window against a real Redis, with several workers that know nothing of each other. */
import { describe, expect, inject, it } from 'vitest'
import { type Changing, openChanging } from '../../tests/support/changing-pipeline.ts'
import { ALWAYS_FROZEN, budgetOf, HOUR, rules, SCOPE } from '../../tests/support/policies.ts'
import type { Incident } from '../shared/contracts/incident.ts'

const open = (start = rules({})) => openChanging(inject('redisUrl'), start)
const codes = ({ verdict }: Incident) => verdict?.blockers.map(({ code }) => code)
const next = async ({ send, ended }: Changing) => ended(await send())

describe('a budget', () => {
  it('of 2 is held by 4 workers under 50 incidents at once', async () => {
    const { send, ended, workApart, held, sound } = await open(rules({ budgets: [budgetOf(2)] }))
    const ids = await Promise.all(Array.from({ length: 50 }, () => send()))
    workApart(4)
    const incidents = await Promise.all(ids.map(ended))
    const passed = incidents.filter(({ status }) => status === 'dry_run_passed')
    expect(passed).toHaveLength(2)
    expect((await held(SCOPE)).sort()).toEqual(passed.map(({ incident_id }) => incident_id).sort())
    const blocked = incidents.filter(({ status }) => status === 'blocked')
    expect(blocked).toHaveLength(48)
    for (const one of blocked) expect(codes(one)).toEqual(['blast_radius_budget_exhausted'])
    expect(blocked[0]?.verdict?.blockers[0]?.message).toMatch(
      /^2 of 2 passes in 1h used \(service:appointments-api\), the last one HM-\S+ at 20\d\d-/,
    )
    await sound(blocked[0]?.incident_id ?? '')
    await sound(passed[0]?.incident_id ?? '')
  })

  it('is told with every other reason, by a decision that takes nothing', async () => {
    const changing = await open(rules({ budgets: [budgetOf(1)], repeat: HOUR }))
    const { work, become, held, sound, scopes } = changing
    work()
    await next(changing)
    become(rules({ budgets: [budgetOf(1)], repeat: HOUR, freezes: ALWAYS_FROZEN }))
    const blocked = await next(changing)
    expect(codes(blocked)).toEqual(['repeat_incident', 'blast_radius_budget_exhausted', 'change_freeze'])
    expect(await scopes(blocked.incident_id)).toBeNull()
    expect(await held(SCOPE)).toHaveLength(1)
    await sound(blocked.incident_id)
  })

  it('is not taken by what is blocked anyway', async () => {
    const changing = await open(rules({ budgets: [budgetOf(1)], freezes: ALWAYS_FROZEN }))
    changing.work()
    const blocked = await next(changing)
    expect(codes(blocked)).toEqual(['change_freeze'])
    expect([await changing.held(SCOPE), await changing.scopes(blocked.incident_id)]).toEqual([[], null])
  })

  it('of 0 lets nothing pass, and one of another namespace is another one', async () => {
    const changing = await open(rules({ budgets: [budgetOf(0)] }))
    changing.work()
    expect(codes(await next(changing))).toEqual(['blast_radius_budget_exhausted'])
    changing.become(rules({ budgets: [{ scope: 'namespace', limit: 1, window: HOUR }] }))
    expect((await next(changing)).status).toBe('dry_run_passed')
    expect(codes(await next(changing))).toEqual(['blast_radius_budget_exhausted'])
  })

  it('is free again when its window is over, and forgets what is older', async () => {
    const changing = await open(rules({ budgets: [budgetOf(1)] }))
    const { work, ledger, held, redis } = changing
    work()
    const first = await next(changing)
    const key = `${ledger.keys.prefix}shares:${SCOPE}`
    await redis.zadd(key, Date.now() - HOUR - 1000, first.incident_id)
    const second = await next(changing)
    expect([first.status, second.status]).toEqual(['dry_run_passed', 'dry_run_passed'])
    expect(await held(SCOPE)).toEqual([second.incident_id])
    expect(await redis.pttl(key)).toBeGreaterThan(HOUR - 60_000)
  })

  it('of a long window counts what a short one beside it forgets', async () => {
    const changing = await open(rules({ budgets: [budgetOf(2), budgetOf(9, 60_000)] }))
    const { work, ledger, redis } = changing
    work()
    const first = await next(changing)
    await redis.zadd(`${ledger.keys.prefix}shares:${SCOPE}`, Date.now() - 10 * 60_000, first.incident_id)
    expect((await next(changing)).status).toBe('dry_run_passed')
    expect(codes(await next(changing))).toEqual(['blast_radius_budget_exhausted'])
  })

  it('costs nothing where the policy has none', async () => {
    const changing = await open()
    const { work, ledger, scopes, redis } = changing
    work()
    const { incident_id } = await next(changing)
    expect(await scopes(incident_id)).toBeNull()
    expect(await redis.keys(`${ledger.keys.prefix}shares:*`)).toEqual([])
  })
})

describe('the repeat window', () => {
  it('sends the second of a class on a service to a person', async () => {
    const changing = await open(rules({ repeat: 900_000 }))
    changing.work()
    const first = await next(changing)
    const second = await next(changing)
    expect(first.status).toBe('dry_run_passed')
    expect(codes(second)).toEqual(['repeat_incident'])
    expect(second.verdict?.blockers[0]?.message).toContain(
      `passed 1 time(s) within the repeat window of 15m, the last one ${first.incident_id} at `,
    )
    await changing.sound(second.incident_id)
  })
})
