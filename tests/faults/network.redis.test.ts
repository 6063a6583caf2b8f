/** The network between the processes and Redis: commands carried out and not confirmed, silence, dead ends, cuts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite, type Site } from './harness/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site?.close())

test.each(['replies_lost', 'silence', 'half_open', 'cut_in_the_middle'] as const)(
  '%s',
  { timeout: 180_000 },
  async (name) => {
    expect(await site.after(FAULTS[name].inflict)).toEqual(NOTHING_FOUND)
  },
)
