/** Processes killed at random, one after the other and all at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FAULTS } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite, type Site } from './harness/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site?.close())

test.each(['worker_killed', 'api_killed'] as const)('%s', { timeout: 180_000 }, async (name) => {
  expect(await site.after(FAULTS[name].inflict)).toEqual(NOTHING_FOUND)
})

test('all of them at once', { timeout: 180_000 }, async () => {
  const found = await site.after(async ({ installation: { apis, workers } }) => {
    await Promise.all([...apis, ...workers].map((member) => member.replace('SIGKILL')))
  })
  expect(found).toEqual(NOTHING_FOUND)
})
