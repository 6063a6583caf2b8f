/** A SIGKILL at every moment between two effects, in every process that passes it. */
import { expect, test } from 'vitest'
import { CRASH_POINTS } from '../../src/shared/crash-point.ts'
import { CRASHES, DAMAGED } from './harness/crashes.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite } from './harness/site.ts'

test.concurrent.each(CRASH_POINTS)('at %s', { timeout: 240_000 }, async (point) => {
  const { setup, inflict } = CRASHES[point](point)
  const site = await openSite({ ...setup, rate: 10 })
  try {
    expect(await site.after(inflict)).toEqual(NOTHING_FOUND)
    expect(site.incidents()['verdict:dead_lettered'] ?? 0).toBe(point.startsWith('dead-letter:') ? DAMAGED : 0)
  } finally {
    await site.close()
  }
})
