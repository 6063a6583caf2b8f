/** A freeze that is declared while an emergency stop holds an incident that readiness had let through. */
import { expect, inject, it } from 'vitest'
import { openChanging } from '../../tests/support/changing-pipeline.ts'
import { ALWAYS_FROZEN, rules } from '../../tests/support/policies.ts'
import { eventually } from '../../tests/support/processes.ts'

it('lets nothing pass once the stop is lifted', async () => {
  const { work, deliver, put, become, ended, ledger, sound } = await openChanging(inject('redisUrl'), rules({}))
  const order = (engaged: boolean) =>
    put('/kill-switch', { scope: 'action:restart_pod', by: 'anna', reason: 'look first', engaged })
  work('normalize', 'readiness')
  const id = await deliver('dry-run')
  await order(true)
  work('dry-run')
  await eventually(async () => expect((await ledger.stops.inForce()).held).toBe(1))
  become(rules({ freezes: ALWAYS_FROZEN }))
  await order(false)
  expect((await ended(id)).verdict).toMatchObject({
    verdict: 'blocked',
    stage: 'dry-run',
    blockers: [{ code: 'change_freeze', message: expect.stringContaining('audit') }],
  })
  await sound(id)
})
