/** Processes killed while they work, one after the other and all at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killAmidst } from './harness/faults.ts'
import { NOTHING_FOUND } from './harness/findings.ts'
import { openSite, type Site } from './harness/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site?.close())

test.each(['workers', 'apis'] as const)('each of the %s', { timeout: 180_000 }, async (kind) => {
  const found = await site.after(async (scene) => {
    for (const member of scene.installation[kind]) await killAmidst([member], scene)
  })
  expect(found).toEqual(NOTHING_FOUND)
})

test('all of them at once', { timeout: 180_000 }, async () => {
  const found = await site.after((scene) =>
    killAmidst([...scene.installation.apis, ...scene.installation.workers], scene),
  )
  expect(found).toEqual(NOTHING_FOUND)
})
