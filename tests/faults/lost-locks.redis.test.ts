/** A worker that stands still for longer than its locks last, and then goes on as if nothing had been. */
import { expect, test } from 'vitest'
import { StageName } from '../../src/shared/contracts/audit-record.ts'
import { FAULTS } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { oversleeping, withSleeper } from './harness/oversleeping.ts'
import { openSite } from './harness/site.ts'

test('at any moment', { timeout: 180_000 }, async () => {
  const site = await openSite()
  try {
    expect(await site.after(FAULTS.worker_frozen.inflict)).toEqual(NOTHING_FOUND)
  } finally {
    await site.close()
  }
})

test.concurrent.each(StageName.options)('with a decision of %s in hand', { timeout: 180_000 }, async (stage) => {
  const site = await openSite({ ...withSleeper(stage), rate: 0 })
  try {
    expect(await site.after(oversleeping(stage))).toEqual(NOTHING_FOUND)
    expect(site.incidents()).toEqual({ 'verdict:awaiting_review': 1 })
    const lines = site.installation.workers[0]?.current().lines ?? []
    expect(lines.filter(({ event }) => event === 'stage_decided')).toEqual([])
  } finally {
    await site.close()
  }
})
