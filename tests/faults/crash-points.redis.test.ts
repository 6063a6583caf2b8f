/** A SIGKILL at every moment between two effects, in every process that passes it. */
import { expect, test } from 'vitest'
import { CRASHES, DAMAGED, type LoadPoint } from './harness/crashes.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite } from './harness/site.ts'

test.concurrent.each(Object.entries(CRASHES))('at %s', { timeout: 240_000 }, async (name, crash) => {
  const point = name as LoadPoint
  const { setup, inflict } = crash(point)
  const site = await openSite({ ...setup, rate: 10 })
  try {
    expect(await site.after(inflict)).toEqual(NOTHING_FOUND)
    expect(site.incidents()['verdict:dead_lettered'] ?? 0).toBe(point.startsWith('dead-letter:') ? DAMAGED : 0)
  } finally {
    await site.close()
  }
})
