/** docs/add-an-action.md, followed word by word in a copy of the checkout. */
import { expect, it } from 'vitest'
import { followGuide } from './follow-guide.ts'

it('leads to an action that passes every check and plans what the guide shows', { timeout: 600_000 }, async () => {
  expect(await followGuide('docs/add-an-action.md')).toBeGreaterThan(5)
})
