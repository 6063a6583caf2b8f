/** One delivery five thousand times, by fifty senders, over four APIs at once. */
import { expect, test } from 'vitest'
import { storm } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite } from './harness/site.ts'

const DELIVERIES = 5_000

test('is one incident, decided once', { timeout: 180_000 }, async () => {
  const site = await openSite({ apis: [{}, {}, {}, {}], workers: [{ stages: [] }, { stages: [] }], rate: 0 })
  try {
    expect(await site.after(storm(DELIVERIES))).toEqual(NOTHING_FOUND)
    expect(site.incidents()).toEqual({ 'verdict:awaiting_review': 1 })
    const { received = 0, duplicates } = await site.installation.ledger.accounting()
    // A delivery whose answer came too late was sent again.
    expect(received).toBeGreaterThanOrEqual(DELIVERIES)
    expect(duplicates).toBe(received - 1)
  } finally {
    await site.close()
  }
})
