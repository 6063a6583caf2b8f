/** Redis killed and started again on its append-only file, under load. */
import { expect, test } from 'vitest'
import { FAULTS } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite } from './harness/site.ts'

test('twice, without losing what was acknowledged', { timeout: 180_000 }, async () => {
  const site = await openSite()
  try {
    for (let time = 0; time < 2; time++) expect(await site.after(FAULTS.redis_killed.inflict)).toEqual(NOTHING_FOUND)
  } finally {
    await site.close()
  }
})
