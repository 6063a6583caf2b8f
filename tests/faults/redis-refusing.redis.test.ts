/** Redis there and of no use: stopped, paused, out of memory, read-only. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite, type Site } from './harness/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site?.close())

test.each(['redis_frozen', 'redis_paused', 'redis_full', 'redis_read_only'] as const)(
  '%s',
  { timeout: 180_000 },
  async (name) => {
    expect(await site.after(FAULTS[name].inflict)).toEqual(NOTHING_FOUND)
  },
)
